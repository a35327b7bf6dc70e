// Room for connections, so that no client keeps a scrape or a probe of health out, whether it holds its connections open,
// sends its requests slowly or takes its answers slowly: when there is no room left, the client that has most connections
// loses the one that has done nothing for longest, to a newcomer.

import type { RequestListener, Server } from "node:http";
import type { Socket } from "node:net";
import type { Logger } from "pino";
import { Connection, type ConnectionLimits } from "./connection.js";

export interface RoomLimits extends ConnectionLimits {
  /** Connections of one server. */
  readonly connections: number;
  /** Milliseconds between two looks at how fast answers are taken. */
  readonly checkInterval: number;
}

export class ConnectionRoom {
  readonly #limits: RoomLimits;
  readonly #log: Logger;
  // In the order in which they last did something.
  readonly #connections = new Map<unknown, Connection>();
  #timer: NodeJS.Timeout | undefined;

  constructor(limits: RoomLimits, log: Logger) {
    this.#limits = limits;
    this.#log = log;
  }

  /** The handler, for requests whose turn has come. */
  inTurn(handler: RequestListener): RequestListener {
    return (request, response) => {
      const key = keyOf(request.socket);
      const connection = this.#connections.get(key);
      const moved = () => this.#moveToEnd(key);
      connection?.inTurn(response, () => handler(request, response), moved);
    };
  }

  /** Until the server closes. */
  watch(server: Server): void {
    server.prependListener("connection", (socket: Socket) => this.#add(socket));
    server.once("listening", () => {
      this.#timer = setInterval(() => this.#look(), this.#limits.checkInterval).unref();
    });
    server.once("close", () => clearInterval(this.#timer));
  }

  /** Ends every connection, also those that have not agreed on their keys yet, of which the server's own list knows nothing. */
  clear(): void {
    for (const { socket } of this.#connections.values()) socket.destroy();
  }

  #add(socket: Socket): void {
    if (this.#connections.size >= this.#limits.connections && !this.#makeRoom()) {
      socket.destroy();
      return;
    }
    const key = keyOf(socket);
    const connection = new Connection(socket, this.#limits);
    this.#connections.set(key, connection);
    socket.once("close", () => {
      if (this.#connections.get(key) === connection) this.#connections.delete(key);
    });
  }

  /** false: all are waiting for us. */
  #makeRoom(): boolean {
    const counts = new Map<string, number>();
    for (const { client } of this.#connections.values()) counts.set(client, (counts.get(client) ?? 0) + 1);
    const countOf = (entry: [unknown, Connection] | undefined) => counts.get(entry?.[1].client ?? "") ?? 0;
    let spare: [unknown, Connection] | undefined;
    for (const entry of this.#connections) {
      if (entry[1].isSpare && countOf(entry) > countOf(spare)) spare = entry;
    }
    if (spare === undefined) return false;
    this.#connections.delete(spare[0]);
    spare[1].socket.destroy();
    return true;
  }

  #look(): void {
    const now = performance.now();
    for (const [key, connection] of [...this.#connections]) {
      const seen = connection.look(now);
      if (seen === "taking") this.#moveToEnd(key);
      if (seen !== "too slow") continue;
      this.#log.debug({ client: connection.client }, "disconnected a client that takes its answer too slowly");
      connection.socket.destroy();
    }
  }

  #moveToEnd(key: unknown): void {
    const connection = this.#connections.get(key);
    if (connection === undefined) return;
    this.#connections.delete(key);
    this.#connections.set(key, connection);
  }
}

/** Of a TLS connection the server tells of two sockets, which have their addresses in common; unix sockets have none. */
function keyOf(socket: Socket): unknown {
  const { remoteAddress, remotePort, localAddress, localPort } = socket;
  return remotePort === undefined ? socket : `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}
