// GET and HEAD of what the page at / shows, as JSON. What several clients ask for within a second is made once.

import type { FastifyInstance } from "fastify";
import type { HistorySnapshot, LookupsAnswer } from "../wire/snapshot.js";
import { encode } from "./gzip.js";
import { PATHS } from "./paths.js";

/** Each as of now. */
export interface PageData {
  lookups(): LookupsAnswer;
  history(): HistorySnapshot;
}

const SHARED_MS = 1000;

export function addPageDataRoutes(app: FastifyInstance, data: PageData): void {
  addJsonRoute(app, PATHS.lookups, () => data.lookups());
  addJsonRoute(app, PATHS.history, () => data.history());
}

function addJsonRoute(app: FastifyInstance, url: string, read: () => object): void {
  let shared = { body: "", madeAt: Number.NEGATIVE_INFINITY };
  app.route({
    method: ["GET", "HEAD"],
    url,
    handler: async (request, reply) => {
      const now = performance.now();
      if (now - shared.madeAt >= SHARED_MS) shared = { body: JSON.stringify(read()), madeAt: now };
      reply.headers({ "content-type": "application/json; charset=utf-8", vary: "Accept-Encoding" });
      return reply.send(await encode(shared.body, request, reply));
    },
  });
}
