// A daemon as a test wants it to answer.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach } from "vitest";
import { type DaemonAddress, parseDaemonAddress } from "../../../daemon/lines/daemon_address.js";

const servers: Server[] = [];

afterEach(stopServing);

/** Nobody listens there any more. */
export function stopServing(): void {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Until the test ends. Serves on a port the kernel chooses, or on a socket file. */
export async function serve(answer: Answer, socketPath?: string): Promise<DaemonAddress> {
  const server = createServer(answer);
  servers.push(server);
  const at = socketPath === undefined ? { host: "127.0.0.1", port: 0 } : { path: socketPath };
  await new Promise<void>((resolve) => server.listen(at, resolve));
  const text =
    socketPath === undefined ? `http://127.0.0.1:${(server.address() as AddressInfo).port}` : `unix:${socketPath}`;
  const address = parseDaemonAddress(text);
  if (!address) throw new Error(`${text} is no address`);
  return address;
}
