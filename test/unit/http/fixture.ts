// A server on a port of its own for one test, and requests to it over real sockets.

import { once } from "node:events";
import { type IncomingHttpHeaders, request } from "node:http";
import { connect, type Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { buildServer, type ServerOptions } from "../../../daemon/http/server.js";
import { type ListenAddress, parseListenAddress } from "../../../daemon/listen/address.js";
import { type Access, type Listening, listen } from "../../../daemon/listen/listen.js";
import { createLog } from "../../../daemon/log.js";
import type { LookupsAnswer } from "../../../daemon/wire/snapshot.js";

export interface Served {
  readonly listening: Listening;
  readonly port: number;
  /** Lines logged so far. */
  readonly lines: readonly string[];
}

const PAGE_FILES = {
  html: "<h1>{name} <small>{version}</small></h1><p>{sentence}</p><ul>{links}</ul><i>{other}</i>",
  script: "go();",
  style: "p{}",
};

export const NOTHING_COUNTED: LookupsAnswer = {
  version: "1.2.3",
  backend: "tracepoint",
  backendReason: "",
  unseen: [],
  hasStream: false,
  netnsShown: [],
  rateSeconds: 0,
  probes: [],
  readErrors: [],
  netns: [],
  netnsOmitted: 0,
  troubles: [],
  troublesOmitted: 0,
  rows: [],
  rowsOmitted: 0,
  countsNoRoute: true,
  counterOverflow: 0,
  seriesFolded: 0,
};

export function address(text: string): ListenAddress {
  const parsed = parseListenAddress(text);
  if (!parsed) throw new Error(`${text} is no listen address`);
  return parsed;
}

export function optionsFor(lines: string[], options: Partial<ServerOptions>): ServerOptions {
  return {
    exposition: { render: async (format) => ({ contentType: `text/x-${format}`, body: `${format} body\n` }) },
    ready: () => ({ ready: true, reasons: [] }),
    telemetryPath: "/metrics",
    maxRequests: 40,
    failures: {
      report: () => ({ windowSeconds: 60, sampledOneIn: 1, destinations: [] }),
      showsAddresses: false,
    },
    changes: { newest: () => [], showsPrefixes: false },
    stream: { listeners: undefined },
    reload: undefined,
    isOpen: () => false,
    page: { name: "tablesnoopd", version: "1.2.3", sentence: "Counts lookups.", links: [], files: PAGE_FILES },
    pageData: {
      lookups: () => NOTHING_COUNTED,
      history: () => ({ times: [], netns: [], netnsOmitted: 0, troubles: [] }),
    },
    log: createLog({ logLevel: "info", logFormat: "logfmt" }, { write: (line) => lines.push(line) }),
    ...options,
  };
}

/** Serves on a free port of 127.0.0.1 until the test ends. */
export async function serve(
  options: Partial<ServerOptions> = {},
  limits: Parameters<typeof listen>[3] = {},
  access: Access = {},
): Promise<Served> {
  const lines: string[] = [];
  const whole = optionsFor(lines, options);
  const listening = await listen(buildServer(whole), [address("127.0.0.1:0")], whole.log, limits, access);
  onTestFinished(() => listening.close());
  return { listening, port: portOf(listening.addresses[0]), lines };
}

export function portOf(bound: string | undefined): number {
  return Number(bound?.slice(bound.lastIndexOf(":") + 1));
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export async function ask(
  port: number,
  path: string,
  { method = "GET", headers = {}, body = "", host = "127.0.0.1" } = {},
): Promise<Answer> {
  const sent = request({ host, port, path, method, headers, agent: false });
  sent.end(body);
  const [response] = await once(sent, "response");
  return { status: response.statusCode, headers: response.headers, body: await buffer(response) };
}

/** A connection that has sent `text`. Destroyed when the test ends. */
export async function dial(port: number, text = ""): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, "connect");
  if (text !== "") socket.write(text);
  return socket;
}

/** All that arrives until the other side ends the connection. */
export async function received(socket: Socket): Promise<string> {
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk;
  });
  await once(socket, "close");
  return text;
}
