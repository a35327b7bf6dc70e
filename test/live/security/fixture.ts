// What the tests of who gets in share: authorities and certificates, a folder of the test's own, and daemons that are ended
// after it.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashSync } from "bcryptjs";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { BACKEND } from "../../support/backend.js";
import { type Authority, CertificateFolder, type KeyPair } from "../../support/certificates.js";
import type { Netns } from "../../support/networks/netns.js";
import { PATIENCE } from "../../support/pace.js";
import type { Background } from "../../support/processes/background.js";
import { spawnDaemon } from "../../support/processes/daemon_process.js";
import { type ProtectedDaemon, startProtected } from "../../support/processes/protected_daemon.js";
import { send } from "../../support/traffic/send.js";
import { waitUntil } from "../../support/wait_until.js";

export const LOCAL = "--web.listen-address=127.0.0.1:0";
export const DEADLINE = { timeoutMs: 10_000 * PATIENCE };
export const ALICE = { auth: "alice:wonder" };
export const LOGIN = `basic_auth_users:\n  alice: ${hashSync("wonder", 5)}\n`;

let certificates: CertificateFolder;
/** Set before the first test. */
export let ours: Authority;
export let others: Authority;
export let server: KeyPair;
export let client: KeyPair;
export let stranger: KeyPair;
export let trust: { readonly ca: Buffer };
/** Another one for each test. */
export let folder: string;
/** Ended after the test. */
export const started: Background[] = [];

/** To be called once by each file. */
export function setSecurityStage(): void {
  beforeAll(async () => {
    certificates = new CertificateFolder();
    ours = await certificates.authority("ours");
    others = await certificates.authority("others");
    server = await ours.sign("server", "DNS:localhost,IP:127.0.0.1");
    client = await ours.sign("client", "DNS:scraper.example,URI:spiffe://router/scraper");
    stranger = await others.sign("stranger", "DNS:scraper.example");
    trust = { ca: read(ours.cert) };
  });

  afterAll(() => certificates?.[Symbol.dispose]());

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tablesnoop-security-"));
  });

  afterEach(async () => {
    for (const daemon of started.splice(0)) await daemon.stop();
    rmSync(folder, { recursive: true, force: true });
  });
}

export function webConfig(yaml: string): string {
  const path = join(folder, "web.yml");
  writeFileSync(path, yaml);
  return `--web.config.file=${path}`;
}

export function tls(...lines: string[]): string {
  const all = [`cert_file: ${server.cert}`, `key_file: ${server.key}`, ...lines];
  return `tls_server_config:\n${all.map((line) => `  ${line}\n`).join("")}`;
}

export async function start(flags: readonly string[], count?: number): Promise<ProtectedDaemon> {
  const daemon = await startProtected(flags, count);
  started.push(daemon);
  return daemon;
}

/** On 127.0.0.1 with this configuration. */
export async function startWith(yaml: string, ...flags: string[]) {
  const daemon = await start([LOCAL, webConfig(yaml), ...flags]);
  const [address = ""] = daemon.addresses;
  return { daemon, address };
}

/** What it says when it does not start, and its exit code. */
export async function refusal(...flags: string[]) {
  const daemon = await spawnDaemon([`--probe=${BACKEND}`, ...flags]);
  started.push(daemon);
  const exit = await waitUntil("the daemon has ended", daemon.exit, DEADLINE);
  return { code: exit.code, line: daemon.stderr().trim().split("\n").at(-1) ?? "" };
}

/** With a certificate of the client's own. */
export function as(pair: KeyPair) {
  return { ...trust, cert: read(pair.cert), key: read(pair.key) };
}

export function read(path: string): Buffer {
  return readFileSync(path);
}

/** Waits until the command shows a lookup that is made for it. */
export async function hears(command: Background, netns: Netns): Promise<void> {
  const to = "127.0.0.23";
  await waitUntil(
    "the command shows a lookup",
    async () => {
      const exit = command.exit();
      if (exit) throw new Error(`it ended with ${exit.signal ?? exit.code}: ${command.stderr()}`);
      await send(netns, "connect", { to, count: 1 });
      return command.stdout().includes(`dst: ${to} `);
    },
    DEADLINE,
  );
}
