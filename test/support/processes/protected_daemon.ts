// The built daemon as a process of its own, on addresses and behind locks that the test chooses; requests as a client makes
// them who knows the authority.

import { request as requestInClear } from "node:http";
import { type RequestOptions, request as requestOverTls } from "node:https";
import { text } from "node:stream/consumers";
import type { ConnectionOptions, PeerCertificate, TLSSocket } from "node:tls";
import { BACKEND } from "../backend.js";
import { PATIENCE } from "../pace.js";
import { parseExposition, value } from "../truth/scrape.js";
import { waitUntil } from "../wait_until.js";
import type { Background } from "./background.js";
import { spawnDaemon } from "./daemon_process.js";

export interface ProtectedDaemon extends Background {
  /** In the order of the flags, such as 127.0.0.1:34567 and unix:/run/x. */
  readonly addresses: readonly string[];
}

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Of the server; empty without TLS. */
  readonly certificate: Partial<PeerCertificate>;
}

type AskOptions = RequestOptions & Pick<ConnectionOptions, "session">;

/** `count` is how many addresses it will listen on. */
export async function startProtected(flags: readonly string[], count = 1): Promise<ProtectedDaemon> {
  const daemon = await spawnDaemon([`--probe=${BACKEND}`, "--web.disable-exporter-metrics", ...flags]);
  try {
    return { ...daemon, addresses: await listening(daemon, count) };
  } catch (error) {
    await daemon.stop("SIGKILL");
    throw error;
  }
}

/** What it says it listens on. */
export async function listening(daemon: Background, count: number): Promise<string[]> {
  const addresses = () => {
    const said = daemon.stderr().matchAll(/msg=listening address=("[^"]+"|\S+)/g);
    return [...said].map(([, address = ""]) => address.replaceAll('"', ""));
  };
  await waitUntil(
    "the daemon listens",
    () => {
      const exit = daemon.exit();
      if (exit) throw new Error(`it ended with ${exit.signal ?? exit.code}: ${daemon.stderr()}`);
      return addresses().length >= count;
    },
    { timeoutMs: 20_000 * PATIENCE },
  );
  return addresses();
}

/** `address` as the daemon says it; over TLS if there is a `ca`. Rejects if there is no answer. */
export function ask(address: string, path: string, options: AskOptions = {}): Promise<Answer> {
  const [, host = "", port = ""] = /^(.*):(\d+)$/.exec(address) ?? [];
  const to = address.startsWith("unix:") ? { socketPath: address.slice("unix:".length) } : { host, port };
  return new Promise((resolve, reject) => {
    const send = options.ca === undefined ? requestInClear : requestOverTls;
    const sent = send({ ...to, path, agent: false, ...options }, (response) => {
      const certificate =
        "getPeerCertificate" in response.socket ? (response.socket as TLSSocket).getPeerCertificate() : {};
      const { statusCode = 0, headers } = response;
      text(response).then((body) => resolve({ status: statusCode, body, headers, certificate }), reject);
    });
    sent.on("error", reject);
    sent.end();
  });
}

/** The gauge that says whether the last reading of the configuration went well. */
export async function reloadState(address: string, options: AskOptions = {}) {
  const samples = parseExposition((await ask(address, "/metrics", options)).body);
  return {
    successful: value(samples, "tablesnoop_config_last_reload_successful"),
    at: value(samples, "tablesnoop_config_last_reload_success_timestamp_seconds") ?? 0,
  };
}
