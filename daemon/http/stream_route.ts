// GET and HEAD of /stream: lines of lookups for as long as the client stays. A client that does not read is waited for;
// meanwhile its lines wait in a bounded queue below, which counts and tells what it had to drop.

import type { ServerResponse } from "node:http";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { Logger } from "pino";
import { answersWithoutEnd } from "../listen/endless.js";
import type { LineFormat } from "../native/session.js";
import { type Lines, type Listeners, TooManyListeners } from "../stream/listeners.js";
import { BadQuery } from "../stream/query.js";
import { chooseLineFormat } from "./accept.js";
import { PATHS } from "./paths.js";
import { replyText } from "./reply_text.js";
import { parseStreamQuery } from "./stream_query.js";

/** Times in milliseconds. */
export interface StreamLimits {
  /** Without a line, until something is sent all the same, so that a dead client is noticed. */
  readonly quiet: number;
  /** Without the client's taking a byte of what was sent. */
  readonly stuck: number;
}

export interface StreamRoute {
  /** Absent: the stream is not enabled. */
  readonly listeners: Pick<Listeners, "open" | "check"> | undefined;
  readonly log: Logger;
  readonly limits?: Partial<StreamLimits>;
}

const LIMITS: StreamLimits = { quiet: 10_000, stuck: 60_000 };

/** After the client has closed its side: nothing but a send tells whether it still reads, and the second one's answer. */
const PROBES_MS = [0, 100];

const CONTENT_TYPES: Readonly<Record<LineFormat, string>> = {
  text: "text/plain; charset=utf-8",
  json: "application/x-ndjson; charset=utf-8",
  sse: "text/event-stream; charset=utf-8",
};

/** What a reader of lines passes over. */
const QUIET: Readonly<Record<LineFormat, string>> = { text: "# quiet\n", json: "\n", sse: ": quiet\n\n" };

export function addStreamRoute(app: FastifyInstance, { listeners, log, limits = {} }: StreamRoute): void {
  app.route({
    method: ["GET", "HEAD"],
    url: PATHS.stream,
    handler: (request, reply) => {
      if (listeners === undefined)
        return replyText(reply, 404, "The stream is not enabled; --web.enable-stream does it.");
      reply.header("vary", "Accept");
      try {
        const parsed = parseStreamQuery(request.url);
        const wanted = { ...parsed, format: parsed.format ?? chooseLineFormat(request.headers.accept) };
        if (request.method === "HEAD") {
          listeners.check(wanted.query);
          return reply.headers(headers(wanted.format)).send();
        }
        const stream = new Stream(wanted.format, { ...LIMITS, ...limits }, log);
        const lines = listeners.open(wanted, { lines: () => stream.pass(), end: () => stream.end() });
        stream.begin(lines, reply);
        return reply;
      } catch (error) {
        if (error instanceof BadQuery) return replyText(reply, 400, `${error.message}.`);
        if (error instanceof TooManyListeners) return replyText(reply.header("retry-after", "1"), 503, error.message);
        throw error;
      }
    },
  });
}

function headers(format: LineFormat): Readonly<Record<string, string>> {
  return { "content-type": CONTENT_TYPES[format], "x-accel-buffering": "no", connection: "close" };
}

/** One client. */
class Stream {
  readonly #format: LineFormat;
  readonly #limits: StreamLimits;
  readonly #log: Logger;
  #attached: { readonly lines: Lines; readonly response: ServerResponse } | undefined;
  #isFull = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(format: LineFormat, limits: StreamLimits, log: Logger) {
    this.#format = format;
    this.#limits = limits;
    this.#log = log;
  }

  /** Takes the response over from fastify, and sends its head. */
  begin(lines: Lines, reply: FastifyReply): void {
    const response = reply.hijack().raw;
    const { socket } = response.req;
    const probes: NodeJS.Timeout[] = [];
    const probe = () => {
      probes.push(...PROBES_MS.map((ms) => setTimeout(() => this.#beat(), ms)));
    };
    this.#attached = { lines, response };
    const detach = () => {
      this.#attached = undefined;
      clearTimeout(this.#timer);
      for (const timer of probes) clearTimeout(timer);
      socket.off("end", probe);
      socket.off("close", detach);
      lines.close();
    };
    response.once("close", detach);
    // A pipelined response that never gets its turn emits no close of its own.
    socket.once("close", detach);
    socket.once("end", probe);
    response.on("error", (error) => this.#log.debug({ err: error }, "send lines failed"));
    response.on("drain", () => {
      this.#isFull = false;
      this.#timer?.refresh();
      this.pass();
    });
    // Counts from the last byte that the client took or that was sent: as quiet beats go out, from a stuck client only.
    response.setTimeout(this.#limits.stuck, () => {
      this.#log.debug({ client: socket.remoteAddress }, "disconnected a listener that has stopped reading");
      socket.destroy();
    });
    answersWithoutEnd(socket);
    socket.setNoDelay(true);
    if (socket.destroyed) {
      detach();
      return;
    }
    for (const [name, value] of Object.entries(reply.headers(headers(this.#format)).getHeaders())) {
      if (value !== undefined) response.setHeader(name, value);
    }
    response.flushHeaders();
    this.#timer = setTimeout(() => this.#beat(), this.#limits.quiet);
    if (socket.readableEnded) probe();
    this.pass();
  }

  /** Sends what waits, unless the client has yet to take what was sent before. */
  pass(): void {
    if (this.#attached === undefined || this.#isFull) return;
    const bytes = this.#attached.lines.take();
    if (bytes.length > 0) this.#write(bytes);
  }

  end(): void {
    if (this.#attached === undefined) return;
    const { lines, response } = this.#attached;
    this.#attached = undefined;
    clearTimeout(this.#timer);
    response.end(lines.take());
  }

  #beat(): void {
    if (this.#attached === undefined || this.#isFull) return;
    this.#write(QUIET[this.#format]);
  }

  #write(bytes: Buffer | string): void {
    this.#isFull = this.#attached?.response.write(bytes) === false;
    this.#timer?.refresh();
  }
}
