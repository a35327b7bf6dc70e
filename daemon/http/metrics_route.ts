// GET and HEAD of the metrics: negotiation, the cap on scrapes that wait, and what a failed rendering answers.

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Logger } from "pino";
import { causeOf } from "../errors.js";
import { clientOf } from "../listen/client.js";
import { Outage } from "../outage.js";
import { chooseFormat } from "./accept.js";
import type { Outbox } from "./outbox.js";
import { type Exposition, Renderings } from "./renderings.js";
import { replyText } from "./reply_text.js";
import { ScrapeSlots } from "./scrape_slots.js";

interface MetricsRoute {
  readonly path: string;
  /** Scrapes that may wait for the metrics at once; 0: no limit. Those that are being sent do not count. */
  readonly maxRequests: number;
  readonly exposition: Exposition;
  /** Whether addresses may be told to who asks so. OpenMetrics may have some, text has none. */
  readonly mayBeTold: (request: FastifyRequest) => boolean;
  readonly outbox: Outbox;
  readonly log: Logger;
}

export function addMetricsRoute(app: FastifyInstance, options: MetricsRoute): void {
  const { path, maxRequests, exposition, mayBeTold, outbox, log } = options;
  const slots = new ScrapeSlots(maxRequests);
  const renderings = new Renderings(exposition);
  const outage = new Outage((error) => {
    if (error === undefined) log.info("metrics are rendered again");
    else log.error({ err: error }, "render metrics failed");
  });
  const turnAway = (reply: FastifyReply) => {
    reply.header("retry-after", "1");
    return replyText(reply, 503, `${maxRequests} scrapes are already being served.`);
  };

  app.route({
    method: ["GET", "HEAD"],
    url: path,
    handler: async (request, reply) => {
      reply.header("vary", "Accept, Accept-Encoding");
      const slot = slots.take(clientOf(request.socket));
      if (slot === undefined) return turnAway(reply);
      try {
        const format = mayBeTold(request) ? chooseFormat(request.headers.accept) : "text";
        const rendering = await Promise.race([renderings.ask(format), slot.lost]);
        if (rendering === undefined) return turnAway(reply);
        const { contentType, payload } = rendering;
        await outbox.send(request, reply.header("content-type", contentType), payload);
        outage.works();
        return reply;
      } catch (error) {
        outage.fails(error);
        return replyText(reply, 500, `The metrics cannot be rendered: ${causeOf(error)}.`);
      } finally {
        slots.release(slot);
      }
    },
  });
}
