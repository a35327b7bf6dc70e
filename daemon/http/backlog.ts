// The bodies that clients have yet to take, bounded in bytes for each client and in all. Those who share a body share its
// bytes. Beyond a bound the client that has most loses the answer that has waited longest.

import type { ServerResponse } from "node:http";
import { clientOf } from "../listen/client.js";

/** Bytes. A client may always have one body, and there may always be one. */
export interface BacklogLimits {
  /** Five scrapes of 50,000 series, uncompressed. */
  readonly ofOneClient: number;
  /** An eighth of the service's MemoryMax=. */
  readonly inAll: number;
}

const LIMITS: BacklogLimits = { ofOneClient: 32 << 20, inAll: 64 << 20 };

interface Waiting {
  readonly body: Buffer;
  readonly client: string;
}

export class Backlog {
  readonly #limits: BacklogLimits;
  // Oldest first.
  readonly #waiting = new Map<ServerResponse, Waiting>();
  readonly #all = new Tally();
  readonly #clients = new Map<string, Tally>();

  constructor(limits: Partial<BacklogLimits> = {}) {
    this.#limits = { ...LIMITS, ...limits };
  }

  get bytes(): number {
    return this.#all.bytes;
  }

  /** Until the response is written out or its connection gone. Ends others' connections to have room. */
  hold(body: Buffer, response: ServerResponse): void {
    const { socket } = response.req;
    if (response.closed || socket.destroyed) return;
    const client = clientOf(socket);
    const { ofOneClient, inAll } = this.#limits;
    this.#waiting.set(response, { body, client });
    const own = this.#clients.get(client) ?? new Tally();
    this.#clients.set(client, own);
    own.add(body);
    this.#all.add(body);
    response.once("close", () => this.#release(response));
    while (own.bytes > ofOneClient) {
      if (!this.#endOldest(client, body)) break;
    }
    while (this.#all.bytes > inAll) {
      if (!this.#greatestFirst().some((other) => this.#endOldest(other, body))) break;
    }
  }

  /** false: the client has no body but this one. */
  #endOldest(client: string, body: Buffer): boolean {
    for (const [response, waiting] of this.#waiting) {
      if (waiting.client !== client || waiting.body === body) continue;
      this.#release(response);
      response.req.socket.destroy();
      return true;
    }
    return false;
  }

  #greatestFirst(): string[] {
    return [...this.#clients].sort(([, one], [, other]) => other.bytes - one.bytes).map(([client]) => client);
  }

  #release(response: ServerResponse): void {
    const waiting = this.#waiting.get(response);
    if (waiting === undefined) return;
    const { body, client } = waiting;
    this.#waiting.delete(response);
    this.#all.remove(body);
    const own = this.#clients.get(client);
    own?.remove(body);
    if (own?.bytes === 0) this.#clients.delete(client);
  }
}

/** Bytes of bodies, each counted once however many share it. */
class Tally {
  readonly #bodies = new Map<Buffer, number>();
  bytes = 0;

  add(body: Buffer): void {
    const users = this.#bodies.get(body) ?? 0;
    if (users === 0) this.bytes += body.length;
    this.#bodies.set(body, users + 1);
  }

  remove(body: Buffer): void {
    const users = this.#bodies.get(body) ?? 0;
    if (users > 1) {
      this.#bodies.set(body, users - 1);
      return;
    }
    if (this.#bodies.delete(body)) this.bytes -= body.length;
  }
}
