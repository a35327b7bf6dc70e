// GET and HEAD of /api/failures: the destinations that most lookups and packets fail for, as JSON. Addresses are people's
// traffic: they are told only where the stream tells them anyway.

import type { FastifyInstance } from "fastify";
import { type FailedDestination, type FailureReport, MOST_DESTINATIONS } from "../destinations/failed_destinations.js";
import { BadQuery } from "../stream/query.js";
import { readLimit } from "./limit_parameter.js";
import type { Outbox } from "./outbox.js";
import { PATHS } from "./paths.js";
import { Payload } from "./payload.js";
import { replyText } from "./reply_text.js";

const DESTINATIONS = 50;

export interface FailuresRoute {
  /** The last good one if the kernel's side cannot be read. */
  report(): FailureReport;
  readonly showsAddresses: boolean;
}

/** What is sent. */
interface Answer extends Omit<FailureReport, "destinations"> {
  readonly addressesShown: boolean;
  readonly destinations: readonly (Omit<FailedDestination, "destination"> & { readonly destination: string | null })[];
}

export function addFailuresRoute(
  app: FastifyInstance,
  { report, showsAddresses }: FailuresRoute,
  outbox: Outbox,
): void {
  app.route({
    method: ["GET", "HEAD"],
    url: PATHS.failures,
    handler: async (request, reply) => {
      try {
        const limit = readLimit(request.url, DESTINATIONS, MOST_DESTINATIONS);
        const { windowSeconds, sampledOneIn, destinations } = report();
        const shown = destinations.slice(0, limit);
        const answer: Answer = {
          windowSeconds,
          sampledOneIn,
          addressesShown: showsAddresses,
          destinations: showsAddresses ? shown : shown.map((row) => ({ ...row, destination: null, cause: null })),
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
