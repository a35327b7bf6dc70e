// Connections whose client has closed its own side. As a rule the answer is not waited for, as the client is most likely
// gone; a stream goes on, until a send tells.

import type { Server } from "node:http";
import type { Socket } from "node:net";

const kept = new WeakSet<Socket>();

/** From now on the client's closing of its side does not end the connection. */
export function keepHalfOpen(socket: Socket): void {
  kept.add(socket);
}

export function allowHalfOpen(server: Server): void {
  Object.assign(server, { httpAllowHalfOpen: true });
  server.on("connection", (socket) => {
    socket.once("end", () => {
      if (!kept.has(socket)) socket.end();
    });
  });
}
