// A node:https server with the certificate and the client checks that are in force: each new connection gets the newest.

import type { RequestListener, ServerOptions } from "node:http";
import { createServer, type Server } from "node:https";
import type { TLSSocket } from "node:tls";
import type { Logger } from "pino";
import { causeOf } from "../errors.js";
import { objectionTo } from "../login/client_certificate.js";
import type { WebConfigFile } from "../web_config/config_file.js";
import type { TlsMaterial } from "../web_config/tls_material.js";

/** Milliseconds until a connection must have agreed on its keys. */
const HANDSHAKE_MS = 10_000;

export function createTlsServer(
  options: ServerOptions,
  handler: RequestListener,
  file: WebConfigFile,
  tls: TlsMaterial,
  log: Logger,
): Server {
  let inForce = tls;
  const server = createServer(
    { ...options, ...tls.context, ...clientRules(tls), handshakeTimeout: HANDSHAKE_MS },
    handler,
  );
  file.onChange((config) => {
    if (config.tls === undefined) return;
    inForce = config.tls;
    server.setSecureContext(config.tls.context);
    // Read anew with each connection; there is no call for it.
    Object.assign(server, clientRules(config.tls));
  });
  // Before the listener that begins the handshake.
  server.prependListener("connection", () => file.look());
  server.prependListener("secureConnection", (socket: TLSSocket) => {
    const presented = { certificate: socket.getPeerX509Certificate(), isVerified: socket.authorized };
    const objection = objectionTo(presented, inForce);
    if (objection === undefined) return;
    log.debug({ client: socket.remoteAddress, because: objection }, "turned a client away");
    socket.destroy();
  });
  server.on("tlsClientError", (error, socket) => {
    log.debug({ client: socket.remoteAddress, because: causeOf(error) }, "handshake failed");
  });
  return server;
}

/** Who needs a certificate is told so within the handshake; what else is wrong with it is judged after it. */
function clientRules({ clientAuth }: TlsMaterial): { requestCert: boolean; rejectUnauthorized: boolean } {
  return { requestCert: clientAuth.asks, rejectUnauthorized: clientAuth.needs && clientAuth.verifies };
}
