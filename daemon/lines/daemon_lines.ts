// Lines from a running daemon: one GET /stream, its answer, its heartbeat and its end.

import type { IncomingMessage } from "node:http";
import { performance } from "node:perf_hooks";
import { StartError } from "../errors.js";
import { FAMILIES } from "../fib/lookup.js";
import { KINDS_UNASKED } from "../kinds/lines.js";
import type { Verbosity } from "../native/session.js";
import type { LookupQuery } from "../stream/query.js";
import type { DaemonAddress } from "./daemon_address.js";
import { ask, type DaemonRequest, refusal, SILENCE_MS } from "./daemon_request.js";
import type { LineSource, LinesDropped, SourceFormat } from "./line_source.js";
import { NoLines, Received } from "./received.js";
import { Wake } from "./wake.js";

const CONNECT_MS = 10_000;
/** After a stop: what the daemon has seen by then is here. */
const SETTLE_MS = 150;

export interface DaemonLinesOptions extends DaemonRequest {
  readonly query: LookupQuery;
  readonly format: SourceFormat;
  readonly verbose: Verbosity;
}

/** Throws StartError if there is no daemon or it refuses. */
export async function connectLines(options: DaemonLinesOptions): Promise<LineSource> {
  const { address, format } = options;
  const response = await ask("GET", `/stream?${parametersOf(options)}`, CONNECT_MS, options);
  const isHtml = /html/i.test(response.headers["content-type"] ?? "");
  if (response.statusCode === 200 && !isHtml) return new DaemonLines(response, address, format);
  if (response.statusCode === 200) {
    response.destroy();
    throw new StartError("no_stream", { url: address.text, cause: "a web page came instead of lines" });
  }
  throw new StartError("daemon_refuses", { url: address.text, cause: await refusal(response) });
}

/** Whether a daemon with an enabled stream answers there at once. */
export async function hasStream(address: DaemonAddress): Promise<boolean> {
  try {
    const response = await ask("HEAD", "/stream", 500, { address });
    response.destroy();
    return response.statusCode === 200;
  } catch (error) {
    if (error instanceof StartError) return false;
    throw error;
  }
}

class DaemonLines implements LineSource {
  readonly #response: IncomingMessage;
  readonly #address: DaemonAddress;
  readonly #received: Received;
  readonly #wake = new Wake();
  #error: Error | undefined;
  #stoppedAt = Number.POSITIVE_INFINITY;
  #isClosed = false;

  constructor(response: IncomingMessage, address: DaemonAddress, format: SourceFormat) {
    this.#response = response;
    this.#address = address;
    this.#received = new Received(format);
    response.on("readable", this.#wake.call).on("end", this.#wake.call).on("close", this.#wake.call);
    response.on("error", (error) => {
      this.#error = error;
      this.#wake.call();
    });
  }

  async next(): Promise<Buffer | undefined> {
    while (!this.#isClosed) {
      const settling = this.#stoppedAt + SETTLE_MS - performance.now();
      if (settling <= 0) return undefined;
      const chunk: Buffer | null = this.#response.read();
      if (chunk !== null) {
        const lines = this.#linesOf(chunk);
        if (lines.length > 0) return lines;
      } else if (this.#response.readableEnded || this.#response.destroyed) {
        if (this.#stoppedAt < Number.POSITIVE_INFINITY) return undefined;
        throw this.#ended(this.#error === undefined ? "the stream was ended" : "the connection is lost");
      } else if (!(await this.#wake.wait(Math.min(settling, SILENCE_MS))) && settling > SILENCE_MS) {
        throw this.#ended(`nothing came for ${SILENCE_MS / 1000} s`);
      }
    }
    return undefined;
  }

  stop(): void {
    if (this.#stoppedAt === Number.POSITIVE_INFINITY) this.#stoppedAt = performance.now();
    this.#wake.call();
  }

  dropped(): LinesDropped {
    return { ringbuf: 0, queue: 0, daemon: this.#received.dropped };
  }

  close(): void {
    this.#isClosed = true;
    this.#response.destroy();
    this.#wake.call();
  }

  #linesOf(chunk: Buffer): Buffer {
    try {
      return this.#received.add(chunk);
    } catch (error) {
      if (!(error instanceof NoLines)) throw error;
      throw new StartError("no_stream", { url: this.#address.text, cause: error.message }, { cause: error });
    }
  }

  #ended(cause: string): StartError {
    const options = this.#error === undefined ? undefined : { cause: this.#error };
    return new StartError("stream_ended", { url: this.#address.text, cause }, options);
  }
}

function parametersOf({ query, format, verbose }: DaemonLinesOptions): URLSearchParams {
  const { kinds, families, netns, table, egress, src, dst, failed } = query;
  const given: Readonly<Record<string, string | undefined>> = {
    format,
    kind: unlessUnasked(kinds, KINDS_UNASKED),
    family: unlessUnasked(families, FAMILIES),
    netns,
    table,
    egress,
    src,
    dst,
    failed,
    verbose: verbose === 0 ? undefined : String(verbose),
  };
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(given)) if (value !== undefined) parameters.set(name, value);
  return parameters;
}

/** Each word once, though it may be given twice; undefined for just those that the daemon shows unasked. */
function unlessUnasked<T>(wanted: readonly T[], unasked: readonly T[]): string | undefined {
  const words = new Set(wanted);
  return words.size === unasked.length && unasked.every((word) => words.has(word)) ? undefined : [...words].join();
}
