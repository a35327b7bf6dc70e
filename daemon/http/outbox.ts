// How a body leaves: compressed for whoever takes that and gains from it, and in slices, so that it is known how fast the
// client takes it and the socket never holds more than one.

import { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import { acceptsGzip } from "./accept.js";
import { Backlog, type BacklogLimits } from "./backlog.js";
import type { Payload } from "./payload.js";

/** A smaller body fits one packet anyway. */
const GZIP_ABOVE_BYTES = 1024;
const SLICE_BYTES = 65_536;

export class Outbox {
  readonly #backlog: Backlog;

  constructor(limits: Partial<BacklogLimits> = {}) {
    this.#backlog = new Backlog(limits);
  }

  /** The content type must be set. Resolves when the body is on its way; a reply given back would be waited for to its end. */
  async send(request: FastifyRequest, reply: FastifyReply, payload: Payload): Promise<void> {
    const accepted = request.headers["accept-encoding"]?.toString();
    const isPacked = payload.bytes.length > GZIP_ABOVE_BYTES && acceptsGzip(accepted);
    const body = isPacked ? await payload.gzipped() : payload.bytes;
    if (isPacked) reply.header("content-encoding", "gzip");
    if (request.method !== "HEAD") this.#backlog.hold(body, reply.raw);
    if (request.method === "HEAD" || body.length <= SLICE_BYTES) {
      reply.send(body);
      return;
    }
    reply.header("content-length", body.length);
    reply.send(Readable.from(slices(body), { objectMode: false, highWaterMark: SLICE_BYTES }));
  }
}

function* slices(body: Buffer): Generator<Buffer> {
  for (let at = 0; at < body.length; at += SLICE_BYTES) yield body.subarray(at, at + SLICE_BYTES);
}
