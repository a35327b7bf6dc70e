// The fastify instance with all routes and the rules every request meets. It opens no socket: listen.ts does.

import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Logger } from "pino";
import { addFailuresRoute, FAILURES_PATH, type FailuresRoute } from "./failures_route.js";
import { addHealthRoutes, HEALTHY_PATH, READY_PATH, type Readiness } from "./health_routes.js";
import { addMetricsRoute, type Exposition } from "./metrics_route.js";
import { addPageDataRoutes, HISTORY_PATH, LOOKUPS_PATH, type PageData } from "./page_data_routes.js";
import { addPageRoute, type Page, SCRIPT_PATH, STYLE_PATH } from "./page_route.js";
import { replyText } from "./reply_text.js";
import { addStreamRoute, STREAM_PATH, type StreamRoute } from "./stream_route.js";

export interface ServerOptions {
  readonly exposition: Exposition;
  ready(): Readiness;
  readonly telemetryPath: string;
  /** Parallel scrapes; 0: no limit. */
  readonly maxRequests: number;
  readonly failures: FailuresRoute;
  readonly stream: Omit<StreamRoute, "log">;
  /** `links` come after those to the server's own endpoints. */
  readonly page: Page;
  readonly pageData: PageData;
  readonly log: Logger;
}

const OWN_PATHS: readonly string[] = [
  "/",
  SCRIPT_PATH,
  STYLE_PATH,
  LOOKUPS_PATH,
  HISTORY_PATH,
  FAILURES_PATH,
  HEALTHY_PATH,
  READY_PATH,
  STREAM_PATH,
];

export function buildServer({
  exposition,
  ready,
  telemetryPath,
  maxRequests,
  failures,
  stream,
  page,
  pageData,
  log,
}: ServerOptions): FastifyInstance {
  const app = fastify({
    logger: false,
    exposeHeadRoutes: false,
    frameworkErrors: (_error, _request, reply) => {
      replyText(reply, 400, "The request's path cannot be read.");
    },
  });

  const paths = new Set([telemetryPath, ...OWN_PATHS]);
  app.addHook("onRequest", async (request, reply) => {
    reply.headers({
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
      "cache-control": "no-store",
    });
    return refuse(request, reply, paths);
  });
  app.setNotFoundHandler((_request, reply) => replyText(reply, 404, "There is nothing at this path."));
  app.setErrorHandler((error, request, reply) => {
    log.error({ err: error, path: request.url }, "serve request failed");
    return replyText(reply, 500, "This request failed; the log says why.");
  });

  addMetricsRoute(app, { path: telemetryPath, maxRequests, exposition, log });
  addFailuresRoute(app, failures);
  addStreamRoute(app, { ...stream, log });
  addPageDataRoutes(app, pageData);
  addHealthRoutes(app, page.name, ready);
  const links = [
    { href: telemetryPath, text: "Metrics" },
    ...(stream.listeners === undefined ? [] : [{ href: STREAM_PATH, text: "Lookups as they happen" }]),
    { href: FAILURES_PATH, text: "Destinations that fail" },
    { href: READY_PATH, text: "Ready" },
    { href: HEALTHY_PATH, text: "Healthy" },
    ...page.links,
  ];
  addPageRoute(app, { ...page, links });
  return app;
}

/** Answers what no route here takes: other methods, and bodies, which are not read but end the connection. */
function refuse(request: FastifyRequest, reply: FastifyReply, paths: ReadonlySet<string>): FastifyReply | undefined {
  const { headers, method, url } = request;
  const hasBody = headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";
  if (hasBody) reply.header("connection", "close");

  if (method !== "GET" && method !== "HEAD") {
    if (!paths.has(url.split("?", 1)[0] ?? "")) return replyText(reply, 404, "There is nothing at this path.");
    return replyText(reply.header("allow", "GET, HEAD"), 405, `${method} is not allowed here; GET and HEAD are.`);
  }
  return hasBody ? replyText(reply, 413, "A request here has no body.") : undefined;
}
