// Room for connections, so that clients who only hold theirs open never keep a scrape out: when there is none left, a
// newcomer takes the place of the one that has waited longest with no request in work.

import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

interface Connection {
  readonly socket: Socket;
  /** Requests that are complete but for their answers. */
  inWork: number;
}

export interface Room {
  /** Ends every connection, also those that have not agreed on their keys yet, of which the server's own list knows nothing. */
  clear(): void;
}

/** Connections with requests in work are never ended; if there are only such, the newcomer is. */
export function keepRoom(server: Server, most: number): Room {
  // In the order in which they began to wait.
  const connections = new Map<unknown, Connection>();

  const waitsFromNow = (key: unknown, connection: Connection) => {
    connections.delete(key);
    connections.set(key, connection);
  };

  server.prependListener("connection", (socket: Socket) => {
    if (connections.size >= most) {
      const longest = [...connections].find(([, { inWork }]) => inWork === 0);
      if (longest === undefined) {
        socket.destroy();
        return;
      }
      connections.delete(longest[0]);
      longest[1].socket.destroy();
    }
    const key = keyOf(socket);
    const connection = { socket, inWork: 0 };
    connections.set(key, connection);
    socket.once("close", () => {
      if (connections.get(key) === connection) connections.delete(key);
    });
  });

  server.prependListener("request", (request: IncomingMessage, response: ServerResponse) => {
    const key = keyOf(request.socket);
    const connection = connections.get(key);
    if (connection === undefined) return;
    connection.inWork += 1;
    response.once("close", () => {
      connection.inWork -= 1;
      if (connections.get(key) === connection) waitsFromNow(key, connection);
    });
  });

  return {
    clear: () => {
      for (const { socket } of connections.values()) socket.destroy();
    },
  };
}

/** Of a TLS connection the server tells of two sockets, which have their addresses in common; unix sockets have none. */
function keyOf(socket: Socket): unknown {
  const { remoteAddress, remotePort, localAddress, localPort } = socket;
  return remotePort === undefined ? socket : `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}
