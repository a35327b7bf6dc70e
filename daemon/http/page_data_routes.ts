// GET and HEAD of what the page at / shows, as JSON. What several clients ask for within a second is made once.

import type { FastifyInstance } from "fastify";
import type { HistorySnapshot, LookupsAnswer } from "../wire/snapshot.js";
import type { Outbox } from "./outbox.js";
import { PATHS } from "./paths.js";
import { Payload } from "./payload.js";

/** Each as of now. */
export interface PageData {
  lookups(): LookupsAnswer;
  history(): HistorySnapshot;
}

const SHARED_MS = 1000;

export function addPageDataRoutes(app: FastifyInstance, data: PageData, outbox: Outbox): void {
  addJsonRoute(app, PATHS.lookups, () => data.lookups(), outbox);
  addJsonRoute(app, PATHS.history, () => data.history(), outbox);
}

function addJsonRoute(app: FastifyInstance, url: string, read: () => object, outbox: Outbox): void {
  let shared: { readonly payload: Payload; readonly madeAt: number } | undefined;
  app.route({
    method: ["GET", "HEAD"],
    url,
    handler: async (request, reply) => {
      const now = performance.now();
      if (shared === undefined || now - shared.madeAt >= SHARED_MS) {
        shared = { payload: new Payload(JSON.stringify(read())), madeAt: now };
      }
      reply.headers({ "content-type": "application/json; charset=utf-8", vary: "Accept-Encoding" });
      await outbox.send(request, reply, shared.payload);
      return reply;
    },
  });
}
