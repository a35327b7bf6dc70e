// GET and HEAD of what the page at / shows, as JSON. What several clients ask for within a second is made once.

import type { FastifyInstance } from "fastify";
import type { HistorySnapshot, LookupsAnswer } from "../wire/snapshot.js";
import { addJsonRoute } from "./json_route.js";
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
  addJsonRoute(
    app,
    PATHS.lookups,
    shared(() => data.lookups()),
    outbox,
  );
  addJsonRoute(
    app,
    PATHS.history,
    shared(() => data.history()),
    outbox,
  );
}

function shared(read: () => object): () => Payload {
  let last: { readonly payload: Payload; readonly madeAt: number } | undefined;
  return () => {
    const now = performance.now();
    if (last === undefined || now - last.madeAt >= SHARED_MS) {
      last = { payload: new Payload(JSON.stringify(read())), madeAt: now };
    }
    return last.payload;
  };
}
