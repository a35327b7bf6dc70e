// One connection: it answers its requests one after the other, however many a client sends ahead, so that it never has more
// than one body in work; and it knows how fast the client takes it.

import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { clientOf } from "./client.js";
import { isEndless } from "./endless.js";

/** Times in milliseconds. */
export interface ConnectionLimits {
  /** Requests that may wait for their turn. Each is up to 16 KiB of headers; clients that matter send none ahead. */
  readonly requestsAhead: number;
  /** Bytes per second that an answer must be taken at, on average since its beginning. */
  readonly leastRate: number;
  /** Since the beginning of an answer, for which the least rate is not asked. */
  readonly rateGrace: number;
}

interface Pace {
  readonly at: number;
  readonly taken: number;
}

export class Connection {
  /** Of TCP; above it there may be one of TLS. */
  readonly socket: Socket;
  readonly client: string;
  readonly #limits: ConnectionLimits;
  readonly #waiting: (() => void)[] = [];
  #response: ServerResponse | undefined;
  /** When the answer in work was first seen on its way, and at the last look. */
  #first: Pace | undefined;
  #last: Pace | undefined;

  constructor(socket: Socket, limits: ConnectionLimits) {
    this.socket = socket;
    this.client = clientOf(socket);
    this.#limits = limits;
  }

  /** Nobody loses work by its end but the client: no request is in work, or its answer waits to be taken. */
  get isSpare(): boolean {
    return this.#response === undefined || this.#isTaking(this.#response);
  }

  /** Calls `enter` when the answers before this one are written out; `changed` with each beginning and end. */
  inTurn(response: ServerResponse, enter: () => void, changed: () => void): void {
    const begin = () => {
      this.#response = response;
      response.once("close", () => {
        this.#response = undefined;
        this.#first = undefined;
        this.#last = undefined;
        changed();
        // Not after the last answer: what was sent ahead of it is not answered.
        if (response.req.socket.writable) this.#waiting.shift()?.();
      });
      changed();
      enter();
    };
    if (this.#response === undefined) begin();
    else if (this.#waiting.length < this.#limits.requestsAhead) this.#waiting.push(begin);
    else this.socket.destroy();
  }

  /** To be called every few seconds. */
  look(now: number): "idle" | "taking" | "slow" | "too slow" {
    const response = this.#response;
    if (response === undefined || !this.#isTaking(response)) return "idle";
    const { socket } = response.req;
    const current = { at: now, taken: socket.bytesWritten - socket.writableLength };
    const last = this.#last;
    this.#last = current;
    this.#first ??= current;
    if (this.#first === current || last === undefined) return "slow";
    const { leastRate, rateGrace } = this.#limits;
    if (rate(this.#first, current, rateGrace) < leastRate) return "too slow";
    return rate(last, current, 0) < leastRate ? "slow" : "taking";
  }

  #isTaking(response: ServerResponse): boolean {
    return response.headersSent && !isEndless(response.req.socket);
  }
}

/** Bytes a second from one look to the other, the first `grace` milliseconds left out of the time. */
function rate(from: Pace, to: Pace, grace: number): number {
  const seconds = (to.at - from.at - grace) / 1000;
  return seconds <= 0 ? Number.POSITIVE_INFINITY : (to.taken - from.taken) / seconds;
}
