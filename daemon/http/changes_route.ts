// GET and HEAD of /api/changes: the last changes of routes in the daemon's own namespace, as JSON. Prefixes and gateways
// are told only where the stream tells addresses anyway.

import type { FastifyInstance } from "fastify";
import { MOST_CHANGES } from "../changes/route_change_book.js";
import { BadQuery } from "../stream/query.js";
import type { ChangesAnswer, RouteChangeSeen } from "../wire/change.js";
import { readLimit } from "./limit_parameter.js";
import type { Outbox } from "./outbox.js";
import { PATHS } from "./paths.js";
import { Payload } from "./payload.js";
import { replyText } from "./reply_text.js";

const CHANGES = 50;

export interface ChangesRoute {
  /** The last ones, newest first, at most so many. */
  newest(most: number): readonly RouteChangeSeen[];
  readonly showsPrefixes: boolean;
}

export function addChangesRoute(app: FastifyInstance, { newest, showsPrefixes }: ChangesRoute, outbox: Outbox): void {
  app.route({
    method: ["GET", "HEAD"],
    url: PATHS.changes,
    handler: async (request, reply) => {
      try {
        const changes = newest(readLimit(request.url, CHANGES, MOST_CHANGES));
        const answer: ChangesAnswer = {
          prefixesShown: showsPrefixes,
          changes: showsPrefixes ? changes : changes.map((change) => ({ ...change, prefix: null, via: null })),
        };
        reply.headers({ "content-type": "application/json; charset=utf-8", vary: "Accept-Encoding" });
        await outbox.send(request, reply, new Payload(JSON.stringify(answer)));
        return reply;
      } catch (error) {
        if (error instanceof BadQuery) return replyText(reply, 400, `${error.message}.`);
        throw error;
      }
    },
  });
}
