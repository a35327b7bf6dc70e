// The fastify instance with all routes and the rules every request meets. It opens no socket: listen.ts does.

import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Logger } from "pino";
import type { BacklogLimits } from "./backlog.js";
import { addChangesRoute, type ChangesRoute } from "./changes_route.js";
import { addFailuresRoute, type FailuresRoute } from "./failures_route.js";
import { addHealthRoutes, type Readiness } from "./health_routes.js";
import { addHostCheck, mayBeTold } from "./host_check.js";
import { addMetricsRoute } from "./metrics_route.js";
import { Outbox } from "./outbox.js";
import { addPageDataRoutes, type PageData } from "./page_data_routes.js";
import { addPageRoute, type Page } from "./page_route.js";
import { PATHS } from "./paths.js";
import { addReloadRoute, RELOAD_METHODS, type ReloadRoute } from "./reload_route.js";
import type { Exposition } from "./renderings.js";
import { replyText } from "./reply_text.js";
import { announcesBody } from "./request_body.js";
import { addStreamRoute, type StreamRoute } from "./stream_route.js";

export interface ServerOptions {
  readonly exposition: Exposition;
  ready(): Readiness;
  readonly telemetryPath: string;
  /** Scrapes that may wait for the metrics at once; 0: no limit. */
  readonly maxRequests: number;
  readonly failures: FailuresRoute;
  readonly changes: ChangesRoute;
  readonly stream: Omit<StreamRoute, "log">;
  readonly reload: ReloadRoute["reload"];
  /** Whether nobody has to log in. */
  isOpen(): boolean;
  /** `links` come after those to the server's own endpoints. */
  readonly page: Page;
  readonly pageData: PageData;
  readonly log: Logger;
  /** Of the bodies that clients have yet to take. */
  readonly backlog?: Partial<BacklogLimits>;
}

export function buildServer({
  exposition,
  ready,
  telemetryPath,
  maxRequests,
  failures,
  changes,
  stream,
  reload,
  isOpen,
  page,
  pageData,
  log,
  backlog = {},
}: ServerOptions): FastifyInstance {
  const app = fastify({
    logger: false,
    exposeHeadRoutes: false,
    frameworkErrors: (_error, _request, reply) => {
      replyText(reply, 400, "The request's path cannot be read.");
    },
  });

  const methods = new Map<string, readonly string[]>();
  for (const path of [telemetryPath, ...Object.values(PATHS)]) methods.set(path, ["GET", "HEAD"]);
  methods.set(PATHS.reload, RELOAD_METHODS);
  app.addHook("onRequest", async (request, reply) => {
    for (const [name, value] of Object.entries(HEADERS)) {
      // What the operator configured is there already, and wins: here, and in onSend over a route's own.
      if (!reply.raw.hasHeader(name)) reply.header(name, value);
    }
    return refuse(request, reply, methods);
  });
  app.addHook("onSend", async (_request, reply) => {
    for (const [name, value] of Object.entries(reply.raw.getHeaders())) reply.header(name, value);
  });
  addHostCheck(app, isOpen);
  app.setNotFoundHandler((_request, reply) => replyText(reply, 404, "There is nothing at this path."));
  app.setErrorHandler((error, request, reply) => {
    log.error({ err: error, path: request.url }, "serve request failed");
    return replyText(reply, 500, "This request failed; the log says why.");
  });

  const outbox = new Outbox(backlog);
  addMetricsRoute(app, {
    ...{ path: telemetryPath, maxRequests, exposition, outbox, log },
    mayBeTold: (request) => !failures.showsAddresses || mayBeTold(request, isOpen),
  });
  addFailuresRoute(app, failures, outbox);
  addChangesRoute(app, changes, outbox);
  addStreamRoute(app, { ...stream, log });
  addPageDataRoutes(app, pageData, outbox);
  addHealthRoutes(app, page.name, ready);
  addReloadRoute(app, { reload });
  const links = [
    { href: telemetryPath, text: "Metrics" },
    ...(stream.listeners === undefined ? [] : [{ href: PATHS.stream, text: "Lookups as they happen" }]),
    { href: PATHS.failures, text: "Destinations that fail" },
    { href: PATHS.changes, text: "Routes that changed" },
    { href: PATHS.ready, text: "Ready" },
    { href: PATHS.healthy, text: "Healthy" },
    ...page.links,
  ];
  addPageRoute(app, { ...page, links }, outbox);
  return app;
}

const HEADERS = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
};

/** Answers what no route here takes: other methods, and bodies, which are not read but end the connection. */
function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  methods: ReadonlyMap<string, readonly string[]>,
): FastifyReply | undefined {
  const { headers, method, url } = request;
  const hasBody = announcesBody(headers);
  if (hasBody) reply.header("connection", "close");

  const allowed = methods.get(url.split("?", 1)[0] ?? "");
  if (allowed === undefined && method !== "GET" && method !== "HEAD") {
    return replyText(reply, 404, "There is nothing at this path.");
  }
  if (allowed !== undefined && !allowed.includes(method)) {
    const line = `${method} is not allowed here; ${allowed.join(" and ")} are.`;
    return replyText(reply.header("allow", allowed.join(", ")), 405, line);
  }
  return hasBody ? replyText(reply, 413, "A request here has no body.") : undefined;
}
