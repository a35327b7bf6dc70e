// /-/healthy: the process answers. /-/ready: the probes count, or why they do not.

import type { FastifyInstance } from "fastify";
import { PATHS } from "./paths.js";
import { replyText } from "./reply_text.js";

export interface Readiness {
  readonly ready: boolean;
  /** Why not, or what is amiss although ready. */
  readonly reasons: readonly string[];
}

export function addHealthRoutes(app: FastifyInstance, name: string, ready: () => Readiness): void {
  app.route({
    method: ["GET", "HEAD"],
    url: PATHS.healthy,
    handler: (_request, reply) => replyText(reply, 200, `${name} is healthy.`),
  });
  app.route({
    method: ["GET", "HEAD"],
    url: PATHS.ready,
    handler: (_request, reply) => {
      const state = ready();
      const verdict = state.ready ? `${name} is ready.` : `${name} is not ready.`;
      return replyText(reply, state.ready ? 200 : 503, verdict, ...state.reasons);
    },
  });
}
