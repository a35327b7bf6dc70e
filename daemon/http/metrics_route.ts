// GET and HEAD of the metrics: negotiation, gzip, the cap on parallel scrapes, and what a failed render answers.

import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { causeOf } from "../errors.js";
import { acceptsGzip, chooseFormat, type Format } from "./accept.js";
import { replyText } from "./reply_text.js";
import { ScrapeSlots } from "./scrape_slots.js";

export interface Exposition {
  render(format: Format): Promise<{ contentType: string; body: string }>;
}

interface MetricsRoute {
  readonly path: string;
  /** Parallel scrapes; 0: no limit. */
  readonly maxRequests: number;
  readonly exposition: Exposition;
  readonly log: Logger;
}

/** A smaller body fits one packet anyway. */
const GZIP_ABOVE_BYTES = 1024;

const compress = promisify(gzip);

export function addMetricsRoute(app: FastifyInstance, { path, maxRequests, exposition, log }: MetricsRoute): void {
  const slots = new ScrapeSlots(maxRequests);
  const failure = new FailureLog(log);

  app.route({
    method: ["GET", "HEAD"],
    url: path,
    handler: async (request, reply) => {
      reply.header("vary", "Accept, Accept-Encoding");
      if (!slots.take()) {
        reply.header("retry-after", "1");
        return replyText(reply, 503, `${maxRequests} scrapes are already being served.`);
      }
      try {
        const { contentType, body } = await exposition.render(chooseFormat(request.headers.accept));
        const packed = Buffer.byteLength(body) > GZIP_ABOVE_BYTES && acceptsGzip(encodings(request.headers));
        const payload = packed ? await compress(body) : body;
        failure.isOver();
        reply.header("content-type", contentType);
        if (packed) reply.header("content-encoding", "gzip");
        return reply.send(payload);
      } catch (error) {
        failure.is(error);
        return replyText(reply, 500, `The metrics cannot be rendered: ${causeOf(error)}.`);
      } finally {
        slots.release(reply.raw);
      }
    },
  });
}

function encodings(headers: { readonly "accept-encoding"?: string | string[] | undefined }): string | undefined {
  return headers["accept-encoding"]?.toString();
}

/** One line when rendering begins to fail or fails in another way, one when it works again. */
class FailureLog {
  readonly #log: Logger;
  #last: string | undefined;

  constructor(log: Logger) {
    this.#log = log;
  }

  is(error: unknown): void {
    const cause = causeOf(error);
    if (cause !== this.#last) this.#log.error({ err: error }, "render metrics failed");
    this.#last = cause;
  }

  isOver(): void {
    if (this.#last !== undefined) this.#log.info("metrics are rendered again");
    this.#last = undefined;
  }
}
