// What `tablesnoop --connect` does with a server that is no daemon, or a bad one: it ends in time with one line that blames the
// server, keeps its memory, and lets nothing through that a terminal would obey.

import { createServer, type Server, type Socket } from "node:net";
import { expect } from "vitest";
import { PATIENCE } from "../support/pace.js";
import { megabytesOf } from "../support/processes/resources.js";
import { spawnTablesnoop } from "../support/processes/tablesnoop_process.js";
import { waitUntil } from "../support/wait_until.js";
import type { Figures } from "./figures.js";

const HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n";
const REFUSAL = "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 1000000\r\n\r\n";
/** The longest limit the command states: nothing came for 30 s. */
const ENDS_MS = 45_000 * PATIENCE;
const MOST_MEGABYTES = 150;

interface Hostility {
  readonly flags?: readonly string[];
  /** What the server does with a connection that has sent its request. */
  readonly serve: (socket: Socket) => void;
  /** The one line on stderr, behind `tablesnoop: `. */
  readonly says: RegExp;
}

const BLAMES = /^(read|connect to) http:\/\/127\.0\.0\.1:\d+: /;

/** Each ends the command with 1. */
export const HOSTILITIES: Readonly<Record<string, Hostility>> = {
  "an endless line": { serve: (socket) => pour(socket, HEAD, "x".repeat(65_536)), says: BLAMES },
  "an endless line of JSON": {
    flags: ["--json"],
    serve: (socket) => pour(socket, HEAD, `{"time":"${"x".repeat(65_536)}`),
    says: BLAMES,
  },
  "an endless header": { serve: (socket) => pour(socket, "HTTP/1.1 200 OK\r\nX: ", "x".repeat(65_536)), says: BLAMES },
  "endlessly many headers": {
    serve: (socket) => pour(socket, "HTTP/1.1 200 OK\r\n", "X: y\r\n".repeat(1000)),
    says: BLAMES,
  },
  "a header that drips": { serve: (socket) => drip(socket, "HTTP/1.1 200 OK\r\nX: ", "x"), says: BLAMES },
  "a refusal that drips": { serve: (socket) => drip(socket, REFUSAL, "x"), says: BLAMES },
  "a refusal cut short": { serve: (socket) => socket.end(`${REFUSAL}no`), says: BLAMES },
  "an endless refusal": {
    serve: (socket) => pour(socket, REFUSAL.replace(/Content-Length.*\r\n/, ""), "x".repeat(65_536)),
    says: BLAMES,
  },
  silence: { serve: () => undefined, says: BLAMES },
  "a connection cut in the middle of a line": {
    serve: (socket) => socket.end(`${HEAD}v4: src: 10.0.0.1  d`),
    says: BLAMES,
  },
  "what is no HTTP": { serve: (socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n"), says: BLAMES },
  "escape sequences in a refusal": {
    serve: (socket) => socket.end(`${REFUSAL.replace("1000000", "30")}\u001b[2J\u001b]0;owned\u0007${"x".repeat(18)}`),
    says: BLAMES,
  },
};

export async function meetHostileDaemons(names: readonly string[]): Promise<Figures> {
  const runs = await Promise.all(names.map(meet));
  return {
    servers: runs.length,
    "slowest end, s": Math.round(Math.max(...runs.map(({ seconds }) => seconds))),
    "peak MB": Math.round(Math.max(...runs.map(({ megabytes }) => megabytes))),
  };
}

async function meet(name: string): Promise<{ readonly seconds: number; readonly megabytes: number }> {
  const { flags = [], serve, says } = HOSTILITIES[name] ?? unknown(name);
  await using server = await startServer(serve);
  const begin = performance.now();
  await using command = await spawnTablesnoop([`--connect=${server.url}`, ...flags]);
  let megabytes = 0;
  const exit = await waitUntil(
    `tablesnoop has ended, met by ${name}`,
    () => {
      const ended = command.exit();
      // Of a process that has ended there is no figure.
      if (ended === undefined) megabytes = Math.max(megabytes, megabytesOf(command.pid, "VmHWM") || 0);
      return ended;
    },
    { timeoutMs: ENDS_MS },
  );
  expect({ name, ...exit }).toEqual({ name, code: 1, signal: null });
  expect({ name, stdout: controlsIn(command.stdout()) }).toEqual({ name, stdout: [] });
  const lines = command.stderr().trimEnd().split("\n");
  expect({ name, lines }).toEqual({ name, lines: [expect.stringMatching(/^tablesnoop: /)] });
  const [said = ""] = lines;
  expect(said.slice("tablesnoop: ".length), name).toMatch(says);
  expect(said, name).not.toContain("this is a bug");
  expect(controlsIn(said), name).toEqual([]);
  expect(megabytes, name).toBeLessThan(MOST_MEGABYTES);
  return { seconds: (performance.now() - begin) / 1000, megabytes };
}

/** Names with everything a terminal obeys, in lines as a daemon sends them. */
const NAMES = ["\u001b[2J", "\u001b]0;x\u0007", "\r\u001b[1A", "\u0000\b\u007f", "\u009b31m", "\u00c3"];

/** Lines pass, what is in them does not: in either format, to a pipe and to a terminal. */
export async function passEscapes(): Promise<void> {
  const text = NAMES.map((name) => `v4: src: 10.0.0.1  dst: 10.0.0.2 --> gw: 10.0.0.3 egress: ${name}\n`).join("");
  // C1 as the single bytes that an old terminal obeys, and UTF-8 cut in half.
  await using server = await startServer((socket) => socket.write(Buffer.from(HEAD + text, "latin1")));
  const flags = [`--connect=${server.url}`, "--count", String(NAMES.length)];
  await using piped = await spawnTablesnoop(flags);
  expect(await waitUntil("it has ended", piped.exit, { timeoutMs: ENDS_MS })).toEqual({ code: 0, signal: null });
  expect(piped.stdout().split("\n").length - 1).toBe(NAMES.length);
  expect(controlsIn(piped.stdout())).toEqual([]);
}

interface HostileServer extends AsyncDisposable {
  readonly url: string;
}

async function startServer(serve: (socket: Socket) => void): Promise<HostileServer> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy()).on("close", () => sockets.delete(socket));
    socket.once("data", () => serve(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("start a server: it has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** As much as is taken, for as long as it is. */
function pour(socket: Socket, head: string, more: string): void {
  const write = () => {
    while (!socket.destroyed && socket.write(more));
  };
  socket.on("drain", write);
  socket.write(head);
  write();
}

/** A byte each half second. */
function drip(socket: Socket, head: string, more: string): void {
  socket.write(head);
  const timer = setInterval(() => socket.write(more), 500);
  socket.on("close", () => clearInterval(timer));
}

/** C0 but for the newline, DEL, C1, and what broken UTF-8 was read as. */
export function controlsIn(text: string): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is searched for
  return [...text.matchAll(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\ufffd]/g)].map(([found]) => JSON.stringify(found));
}

function unknown(name: string): never {
  throw new Error(`meet a hostile daemon: there is none named ${name}`);
}
