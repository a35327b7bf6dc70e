// Answers without an end. As a rule an answer is not waited for once the client has closed its own side, as it is most likely
// gone, and it must be taken at a least rate; a stream goes on, and its route sees for itself whether it is read.

import type { Server } from "node:http";
import type { Socket } from "node:net";

const endless = new WeakSet<Socket>();

/** From now on neither the client's closing of its side nor its slowness ends the connection. */
export function answersWithoutEnd(socket: Socket): void {
  endless.add(socket);
}

export function isEndless(socket: Socket): boolean {
  return endless.has(socket);
}

export function allowHalfOpen(server: Server): void {
  Object.assign(server, { httpAllowHalfOpen: true });
  server.on("connection", (socket) => {
    socket.once("end", () => {
      if (!isEndless(socket)) socket.end();
    });
  });
}
