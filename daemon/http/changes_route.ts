// GET and HEAD of /api/changes: the last changes of routes, as JSON. Prefixes and gateways are told only where the stream
// tells addresses anyway.

import type { FastifyInstance } from "fastify";
import { MOST_CHANGES } from "../changes/route_change_book.js";
import type { ChangesAnswer, RouteChangeSeen } from "../wire/change.js";
import { addListRoute } from "./json_route.js";
import type { Outbox } from "./outbox.js";
import { PATHS } from "./paths.js";

export interface ChangesRoute {
  /** The last ones, newest first, at most so many. */
  newest(most: number): readonly RouteChangeSeen[];
  readonly showsPrefixes: boolean;
}

export function addChangesRoute(app: FastifyInstance, { newest, showsPrefixes }: ChangesRoute, outbox: Outbox): void {
  const answer = (limit: number): ChangesAnswer => {
    const changes = newest(limit);
    return {
      prefixesShown: showsPrefixes,
      changes: showsPrefixes ? changes : changes.map((change) => ({ ...change, prefix: null, via: null })),
    };
  };
  addListRoute(app, PATHS.changes, { usual: 50, most: MOST_CHANGES }, answer, outbox);
}
