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
    if (!PRIVATE.has(url) || !isOpen() || isOwnName(request.headers.host ?? "")) return undefined;
    if (!cameOverLoopback(request) && !(url === PATHS.reload && comesFromPage(request))) return undefined;
    return replyText(
      reply,
      421,
      "Ask for this under an address or under localhost: whoever has another name lead here may be somebody else.",
    );
  });
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
