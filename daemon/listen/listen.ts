// The sockets: one node:http or node:https server per listen address, all handing their requests to the same fastify
// instance, past the same door.

import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { causeOf, codeOf, StartError } from "../errors.js";
import type { WebConfigFile } from "../web_config/config_file.js";
import type { InheritedAddress, ListenAddress, TcpAddress } from "./address.js";
import { ConnectionRoom, type RoomLimits } from "./connection_room.js";
import { allowHalfOpen } from "./endless.js";
import { createTlsServer } from "./tls_server.js";
import { bindUnix, type SocketAccess } from "./unix_socket.js";

/** Times in milliseconds. */
interface Limits extends RoomLimits {
  /** From the connection, or a later request's first byte, to the end of the headers. */
  readonly headersTimeout: number;
  /** The same to the end of the request. */
  readonly requestTimeout: number;
  /** How long a connection may wait for its next request: longer than the usual scrape interval of a minute. */
  readonly keepAliveTimeout: number;
  /** Without a byte in either direction, as with a reader that stopped reading. */
  readonly silence: number;
}

const LIMITS: Limits = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 75_000,
  silence: 30_000,
  checkInterval: 5_000,
  connections: 512,
  requestsAhead: 4,
  // 32 kbit/s, less than a modem's line: the compressed metrics of 10,000 series, some 100 kB, may take 55 s, longer than
  // almost every scrape_timeout. Who gives them up after 10 s, as Prometheus does by default, never meets it.
  leastRate: 4096,
  rateGrace: 30_000,
};
/** Of one request; bounds what the requests that were sent ahead take, together with the number of their headers. */
const MAX_HEADER_BYTES = 16_384;
const MAX_HEADERS = 100;

/** What a request in work may take to finish after close() was called. */
const CLOSE_GRACE_MS = 250;

/** Calls `enter` now or later, or answers itself. */
export type Admit = (request: IncomingMessage, response: ServerResponse, enter: () => void) => void;

/** Who gets in, and how. Without `admit` everybody does, without `file` in clear. */
export interface Access {
  readonly admit?: Admit;
  readonly file?: WebConfigFile;
  /** Of unix sockets that are made here. */
  readonly socket?: SocketAccess;
  /** Called with each bound address before it takes its first connection; may throw, and nothing is bound then. */
  readonly approve?: (bound: string) => void;
}

const OWNER_AND_GROUP: SocketAccess = { mode: 0o660 };

export interface Listening {
  /** Bound addresses with their real ports, such as 127.0.0.1:10074, [::]:10074 and unix:/run/tablesnoopd.sock. */
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
  access: Access = {},
): Promise<Listening> {
  await app.ready();
  const servers: Server[] = [];
  const rooms: ConnectionRoom[] = [];
  const bound: string[] = [];
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= closeAll(app, servers, rooms);
    return closing;
  };
  try {
    for (const address of addresses) {
      const whole = { ...LIMITS, ...limits };
      const room = new ConnectionRoom(whole, log);
      const server = serverFor(app, address, whole, access, room, log);
      servers.push(server);
      rooms.push(room);
      await bind(server, address, access.socket);
      const name = boundAddress(server, address);
      access.approve?.(name);
      bound.push(name);
      // The kernel may refuse to hand over a connection, out of memory for one; the next may go well.
      server.on("error", (error) => log.warn({ err: error, address: address.text }, "accept connection failed"));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { addresses: bound, close };
}

/** Throws StartError. */
export async function bind(server: Server, address: ListenAddress, socket = OWNER_AND_GROUP): Promise<void> {
  if ("path" in address) return bindUnix(server, address, socket);
  return "fd" in address ? adopt(server, address) : bindTcp(server, address);
}

async function adopt(server: Server, { fd, text }: InheritedAddress): Promise<void> {
  try {
    server.listen({ fd });
    await once(server, "listening");
  } catch (error) {
    throw new StartError("systemd_sockets_absent", { cause: `${text}: ${causeOf(error)}` }, { cause: error });
  }
}

/** Without a host: on IPv6 and IPv4, or on IPv4 alone if the kernel runs without IPv6. */
async function bindTcp(server: Server, { host, port, text }: TcpAddress): Promise<void> {
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

function serverFor(
  app: FastifyInstance,
  address: ListenAddress,
  limits: Limits,
  { admit, file }: Access,
  room: ConnectionRoom,
  log: Logger,
): Server {
  const options = {
    headersTimeout: limits.headersTimeout,
    requestTimeout: limits.requestTimeout,
    keepAliveTimeout: limits.keepAliveTimeout,
    connectionsCheckingInterval: limits.checkInterval,
    maxHeaderSize: MAX_HEADER_BYTES,
  };
  const handler = room.inTurn(
    admit === undefined
      ? app.routing
      : (request, response) => admit(request, response, () => app.routing(request, response)),
  );
  const tls = file?.current.tls;
  const inClear = file === undefined || tls === undefined || isUnix(address);
  const server = inClear ? createServer(options, handler) : createTlsServer(options, handler, file, tls, log);
  allowHalfOpen(server);
  server.timeout = limits.silence;
  server.maxHeadersCount = MAX_HEADERS;
  room.watch(server);
  return server;
}

/** Only who is let in by the file's mode gets to a unix socket, which leaves nothing to encrypt. */
function isUnix(address: ListenAddress): boolean {
  return "path" in address || ("fd" in address && address.isUnix);
}

function boundAddress(server: Server, listen: ListenAddress): string {
  const bound = server.address();
  if (bound === null || typeof bound === "string") {
    return listen.text.startsWith("unix:") ? listen.text : `unix:(${listen.text})`;
  }
  const { address, family, port } = bound;
  return family === "IPv6" ? `[${address}]:${port}` : `${address}:${port}`;
}

async function closeAll(
  app: FastifyInstance,
  servers: readonly Server[],
  rooms: readonly ConnectionRoom[],
): Promise<void> {
  const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)));
  const deadline = setTimeout(() => {
    for (const room of rooms) room.clear();
  }, CLOSE_GRACE_MS);
  await Promise.all(closed);
  clearTimeout(deadline);
  await app.close();
}
