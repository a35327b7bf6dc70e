// The sockets: one node:http server per listen address, all handing their requests to the same fastify instance.

import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { causeOf, StartError } from "../errors.js";
import type { ListenAddress } from "./address.js";
import { allowHalfOpen } from "./half_open.js";

/** Times in milliseconds. */
interface Limits {
  /** From the connection, or a later request's first byte, to the end of the headers. */
  readonly headersTimeout: number;
  /** The same to the end of the request. */
  readonly requestTimeout: number;
  /** How long a connection may wait for its next request: longer than the usual scrape interval of a minute. */
  readonly keepAliveTimeout: number;
  /** Without a byte in either direction, as with a reader that stopped reading. */
  readonly silence: number;
  /** How often the first two are looked at. */
  readonly checkInterval: number;
  /** Connections per listen address. */
  readonly connections: number;
}

const LIMITS: Limits = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 75_000,
  silence: 30_000,
  checkInterval: 5_000,
  connections: 512,
};
const MAX_HEADER_BYTES = 16_384;

/** What a request in work may take to finish after close() was called. */
const CLOSE_GRACE_MS = 250;

export interface Listening {
  /** Bound addresses with their real ports, such as 127.0.0.1:10074 and [::]:10074. */
  readonly addresses: readonly string[];
  /** Stops listening, lets requests in work finish for a moment, then ends every connection. May be called again. */
  close(): Promise<void>;
}

/** Binds all addresses or none: throws StartError for the first that cannot be had. */
export async function listen(
  app: FastifyInstance,
  addresses: readonly ListenAddress[],
  log: Logger,
  limits: Partial<Limits> = {},
): Promise<Listening> {
  await app.ready();
  const servers: Server[] = [];
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= closeAll(app, servers);
    return closing;
  };
  try {
    for (const address of addresses) {
      const server = serverFor(app, { ...LIMITS, ...limits });
      servers.push(server);
      await bind(server, address);
      // The kernel may refuse to hand over a connection, out of memory for one; the next may go well.
      server.on("error", (error) => log.warn({ err: error, address: address.text }, "accept connection failed"));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { addresses: servers.map(boundAddress), close };
}

/** Without a host: on IPv6 and IPv4, or on IPv4 alone if the kernel runs without IPv6. */
export async function bind(server: Server, { host, port, text }: ListenAddress): Promise<void> {
  try {
    try {
      await attempt(server, host ?? "::", port);
    } catch (error) {
      if (host !== undefined || !NO_IPV6.has(codeOf(error))) throw error;
      await attempt(server, "0.0.0.0", port);
    }
  } catch (error) {
    throw refusal(text, error);
  }
}

const NO_IPV6: ReadonlySet<string> = new Set(["EAFNOSUPPORT", "EADDRNOTAVAIL", "EPROTONOSUPPORT"]);

async function attempt(server: Server, host: string, port: number): Promise<void> {
  server.listen({ host, port, ipv6Only: false });
  await once(server, "listening");
}

function refusal(address: string, error: unknown): StartError {
  const cause = { cause: error };
  switch (codeOf(error)) {
    case "EADDRINUSE":
      return new StartError("address_in_use", { address }, cause);
    case "EACCES":
    case "EPERM":
      return new StartError("address_forbidden", { address }, cause);
    case "EADDRNOTAVAIL":
      return new StartError("address_absent", { address }, cause);
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return new StartError("address_unknown", { address }, cause);
    default:
      return new StartError("address_refused", { address, cause: causeOf(error) }, cause);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

function serverFor(app: FastifyInstance, limits: Limits): Server {
  const server = createServer(
    {
      headersTimeout: limits.headersTimeout,
      requestTimeout: limits.requestTimeout,
      keepAliveTimeout: limits.keepAliveTimeout,
      connectionsCheckingInterval: limits.checkInterval,
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    app.routing,
  );
  allowHalfOpen(server);
  server.timeout = limits.silence;
  server.maxConnections = limits.connections;
  return server;
}

function boundAddress(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return family === "IPv6" ? `[${address}]:${port}` : `${address}:${port}`;
}

async function closeAll(app: FastifyInstance, servers: readonly Server[]): Promise<void> {
  const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)));
  const deadline = setTimeout(() => {
    for (const server of servers) server.closeAllConnections();
  }, CLOSE_GRACE_MS);
  await Promise.all(closed);
  clearTimeout(deadline);
  await app.close();
}
