// GET and HEAD of something as JSON: headers, a query that is not accepted, and the way out, for every such route.

import type { FastifyInstance } from "fastify";
import { BadQuery, notAccepted } from "../stream/query.js";
import type { Outbox } from "./outbox.js";
import { readParameters } from "./parameters.js";
import { Payload } from "./payload.js";
import { replyText } from "./reply_text.js";

/** `payload` gets the request's URL; a BadQuery of it is answered with 400 and its words. */
export function addJsonRoute(
  app: FastifyInstance,
  url: string,
  payload: (url: string) => Payload,
  outbox: Outbox,
): void {
  app.route({
    method: ["GET", "HEAD"],
    url,
    handler: async (request, reply) => {
      try {
        const body = payload(request.url);
        reply.headers({ "content-type": "application/json; charset=utf-8", vary: "Accept-Encoding" });
        await outbox.send(request, reply, body);
        return reply;
      } catch (error) {
        if (error instanceof BadQuery) return replyText(reply, 400, `${error.message}.`);
        throw error;
      }
    },
  });
}

/** How many rows a list shows. */
export interface ListLimits {
  /** Without the parameter `limit`, which is the only one. */
  readonly usual: number;
  readonly most: number;
}

/** A list of which `limit` chooses how much. */
export function addListRoute(
  app: FastifyInstance,
  url: string,
  limits: ListLimits,
  answer: (limit: number) => object,
  outbox: Outbox,
): void {
  addJsonRoute(app, url, (asked) => new Payload(JSON.stringify(answer(readLimit(asked, limits)))), outbox);
}

function readLimit(url: string, { usual, most }: ListLimits): number {
  const text = readParameters(url, ["limit"]).get("limit");
  if (text === undefined) return usual;
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > most) throw notAccepted("limit", text, `a number from 1 to ${most}`);
  return limit;
}
