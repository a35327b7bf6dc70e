// A page from elsewhere may have its own name resolve to an address of this machine, and the browser then lets it read
// what is served there (DNS rebinding). A login stops it, and so does a look at the name that was asked for: what tells
// addresses of lookups is served on loopback under names that only loopback has, and so is a reload. A reload that a page
// asks for is refused under other names on all addresses, as its Origin proves nothing then.

import { isIP } from "node:net";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { isLoopbackHost } from "../listen/address.js";
import { PATHS } from "./paths.js";
import { replyText } from "./reply_text.js";

const PRIVATE: ReadonlySet<string> = new Set([
  PATHS.stream,
  PATHS.failures,
  PATHS.lookups,
  PATHS.history,
  PATHS.reload,
]);

/** `isOpen`: nobody has to log in. */
export function addHostCheck(app: FastifyInstance, isOpen: () => boolean): void {
  app.addHook("onRequest", async (request, reply) => {
    const { url = "" } = request.routeOptions;
    if (!PRIVATE.has(url)) return undefined;
    const asksOverNetwork = url === PATHS.reload && comesFromPage(request) && !isNamed(request, isOpen);
    if (!asksOverNetwork && mayBeTold(request, isOpen)) return undefined;
    return replyText(
      reply,
      421,
      "Ask for this under an address or under localhost: whoever has another name lead here may be somebody else.",
    );
  });
}

/** Whether addresses of lookups may be told to who asks so; a route that has more to tell without them asks for itself. */
export function mayBeTold(request: FastifyRequest, isOpen: () => boolean): boolean {
  return isNamed(request, isOpen) || !cameOverLoopback(request);
}

/** Whether it is known who asks, or asked under a name that leads nowhere else. */
function isNamed({ headers }: FastifyRequest, isOpen: () => boolean): boolean {
  return !isOpen() || isOwnName(headers.host ?? "");
}

function cameOverLoopback({ socket }: FastifyRequest): boolean {
  return isLoopbackHost(socket.localAddress ?? "");
}

/** Browsers send these along, and let no page leave them out. */
function comesFromPage({ headers }: FastifyRequest): boolean {
  return headers.origin !== undefined || headers["sec-fetch-site"] !== undefined;
}

/** An address cannot be made to resolve to another; localhost is this machine by definition (RFC 6761). */
function isOwnName(host: string): boolean {
  const name = host.replace(/:\d{1,5}$/, "").toLowerCase();
  if (name.startsWith("[") && name.endsWith("]")) return isIP(name.slice(1, -1)) === 6;
  return isIP(name) === 4 || name === "localhost" || name.endsWith(".localhost");
}
