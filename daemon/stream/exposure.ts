// Lookups with their addresses are for those who are on this host, or known.

import type { Logger } from "pino";
import { StartError } from "../errors.js";
import { isLoopback } from "../listen/address.js";

export interface Exposed {
  /** Absent: the stream is not served. */
  readonly stream: { readonly isInsecure: boolean } | undefined;
  readonly webConfig: {
    readonly asksForLogin: boolean;
    readonly current: { readonly tls?: object | undefined };
    keepAskingForLogin(): void;
  };
  readonly log: Logger;
}

/** Before it is listened on an address: throws StartError if the stream must not be served there. */
export function approve(address: string, { stream, webConfig, log }: Exposed): void {
  if (isLoopback(address)) return;
  if (webConfig.asksForLogin && webConfig.current.tls === undefined) {
    log.warn({ address }, "passwords cross the network in clear: the web configuration has no TLS");
  }
  if (stream?.isInsecure === false) {
    if (!webConfig.asksForLogin) throw new StartError("stream_unprotected", { address });
    webConfig.keepAskingForLogin();
  } else if (stream !== undefined && !webConfig.asksForLogin) {
    log.warn({ address }, "whoever reaches this address can read the addresses of all lookups at /stream");
  }
}
