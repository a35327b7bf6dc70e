// GET and HEAD of the metrics: negotiation, gzip, the cap on parallel scrapes, and what a failed render answers.

import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { causeOf } from "../errors.js";
import { Outage } from "../outage.js";
import { chooseFormat, type Format } from "./accept.js";
import { encode } from "./gzip.js";
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

export function addMetricsRoute(app: FastifyInstance, { path, maxRequests, exposition, log }: MetricsRoute): void {
  const slots = new ScrapeSlots(maxRequests);
  const outage = new Outage((error) => {
    if (error === undefined) log.info("metrics are rendered again");
    else log.error({ err: error }, "render metrics failed");
  });

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
        const payload = await encode(body, request, reply);
        outage.works();
        return reply.header("content-type", contentType).send(payload);
      } catch (error) {
        outage.fails(error);
        return replyText(reply, 500, `The metrics cannot be rendered: ${causeOf(error)}.`);
      } finally {
        slots.release(reply.raw);
      }
    },
  });
}
