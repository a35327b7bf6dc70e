// Who gets an answer from a real daemon, over which socket, with which certificate and which password.

import { spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer, connect as dial, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls";
import { hashSync } from "bcryptjs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { BACKEND } from "../../support/backend.js";
import { type Authority, CertificateFolder, type KeyPair } from "../../support/certificates.js";
import { createNetns, type Netns } from "../../support/networks/netns.js";
import { PATIENCE } from "../../support/pace.js";
import { type Background, startBackground } from "../../support/processes/background.js";
import { spawnDaemon } from "../../support/processes/daemon_process.js";
import {
  ask,
  listening,
  type ProtectedDaemon,
  reloadState,
  startProtected,
} from "../../support/processes/protected_daemon.js";
import { projectPath } from "../../support/project_path.js";
import { send } from "../../support/traffic/send.js";
import { waitUntil } from "../../support/wait_until.js";

const LOCAL = "--web.listen-address=127.0.0.1:0";
const DEADLINE = { timeoutMs: 10_000 * PATIENCE };
const ALICE = { auth: "alice:wonder" };
const LOGIN = `basic_auth_users:\n  alice: ${hashSync("wonder", 5)}\n`;

let certificates: CertificateFolder;
let ours: Authority;
let others: Authority;
let server: KeyPair;
let client: KeyPair;
let stranger: KeyPair;
let trust: { readonly ca: Buffer };
let folder: string;
const started: Background[] = [];

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

function webConfig(yaml: string): string {
  const path = join(folder, "web.yml");
  writeFileSync(path, yaml);
  return `--web.config.file=${path}`;
}

function tls(...lines: string[]): string {
  const all = [`cert_file: ${server.cert}`, `key_file: ${server.key}`, ...lines];
  return `tls_server_config:\n${all.map((line) => `  ${line}\n`).join("")}`;
}

async function start(flags: readonly string[], count?: number): Promise<ProtectedDaemon> {
  const daemon = await startProtected(flags, count);
  started.push(daemon);
  return daemon;
}

/** On 127.0.0.1 with this configuration. */
async function startWith(yaml: string, ...flags: string[]) {
  const daemon = await start([LOCAL, webConfig(yaml), ...flags]);
  const [address = ""] = daemon.addresses;
  return { daemon, address };
}

/** What it says when it does not start, and its exit code. */
async function refusal(...flags: string[]) {
  const daemon = await spawnDaemon([`--probe=${BACKEND}`, ...flags]);
  started.push(daemon);
  const exit = await waitUntil("the daemon has ended", daemon.exit, DEADLINE);
  return { code: exit.code, line: daemon.stderr().trim().split("\n").at(-1) ?? "" };
}

/** With a certificate of the client's own. */
function as(pair: KeyPair) {
  return { ...trust, cert: read(pair.cert), key: read(pair.key) };
}

function read(path: string): Buffer {
  return readFileSync(path);
}

/** Suite and curve that were agreed on. */
async function handshake(address: string, options: ConnectionOptions): Promise<string> {
  const socket = await secure(address, { ...trust, ...options });
  const curve = socket.getEphemeralKeyInfo();
  return `${socket.getCipher().name} ${curve !== null && "name" in curve ? curve.name : ""}`;
}

/** What the server gives a client to come back with, even one that it then turns away; undefined if it gives nothing. */
async function ticket(address: string, options: ConnectionOptions): Promise<Buffer | undefined> {
  let session: Buffer | undefined;
  try {
    const socket = await secure(address, options);
    socket.on("session", (given: Buffer) => {
      session = given;
    });
    socket.write("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    await once(socket.resume(), "close");
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
  return session;
}

async function secure(address: string, options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connectTls({ host: "127.0.0.1", port: Number(address.split(":")[1]), ...options });
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, "secureConnect");
  return socket;
}

/** The command as somebody who is not root. */
async function tablesnoopAs(groups: readonly string[], socket: string): Promise<Background> {
  const command = [process.execPath, projectPath("dist/daemon/cli.js"), "-x", "--connect", `unix:${socket}`];
  const running = await startBackground("setpriv", ["--reuid=65534", "--regid=65534", ...groups, "--", ...command]);
  started.push(running);
  return running;
}

/** Waits until the command shows a lookup that is made for it. */
async function hears(command: Background, netns: Netns): Promise<void> {
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

async function freePort(): Promise<number> {
  const socket = createServer().listen(0, "127.0.0.1");
  await once(socket, "listening");
  const address = socket.address();
  socket.close();
  await once(socket, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

describe("TLS", () => {
  test("is served to who trusts the certificate's authority, and to nobody in clear", async () => {
    const { address } = await startWith(tls());
    expect((await ask(address, "/-/healthy", trust)).body).toBe("tablesnoopd is healthy.\n");
    await expect(ask(address, "/", { ca: read(others.cert) })).rejects.toThrow(/certificate/);
    await expect(ask(address, "/")).rejects.toThrow();
    expect((await ask(address, "/metrics", trust)).body).toContain("tablesnoop_build_info{");
  });

  test("changes to a new certificate with no restart and no reload, and keeps the old one while the new one is no good", async () => {
    const names = "DNS:localhost,IP:127.0.0.1";
    const pair = { cert: join(folder, "live.pem"), key: join(folder, "live.key") };
    const install = ({ cert, key }: KeyPair) => {
      copyFileSync(cert, pair.cert);
      copyFileSync(key, pair.key);
    };
    install(server);
    const { daemon, address } = await startWith("tls_server_config: {cert_file: live.pem, key_file: live.key}\n");
    const shown = async () => (await ask(address, "/", trust)).certificate.subject?.CN;
    expect(await shown()).toBe("server");

    writeFileSync(pair.cert, "nonsense");
    await waitUntil(
      "the bad one is noticed",
      async () => (await reloadState(address, trust)).successful === 0,
      DEADLINE,
    );
    expect(await shown()).toBe("server");
    expect(daemon.stderr().match(/reload failed/g)).toHaveLength(1);

    install(await ours.sign("renewed", names));
    await waitUntil("the new certificate is shown", async () => (await shown()) === "renewed", DEADLINE);
    expect((await reloadState(address, trust)).successful).toBe(1);
    expect(daemon.exit()).toBeUndefined();
  });

  test("ends within a second, though a client has not even begun its handshake", async () => {
    const { daemon, address } = await startWith(tls());
    const silent = dial(Number(address.split(":")[1]), "127.0.0.1");
    const ended = once(silent, "close");
    await once(silent, "connect");
    expect((await ask(address, "/", trust)).status).toBe(200);
    const begun = performance.now();
    expect((await daemon.stop()).code).toBe(0);
    expect(performance.now() - begun).toBeLessThan(800 * PATIENCE);
    await ended;
  });

  test("is of no older version than it is to be", async () => {
    const { address } = await startWith(tls("min_version: TLS13"));
    await expect(ask(address, "/", { ...trust, maxVersion: "TLSv1.2" })).rejects.toThrow(/version/);
    expect((await ask(address, "/", trust)).status).toBe(200);
  });

  test("is of no version below 1.2 unless that is asked for", async () => {
    const old = { ...trust, minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT:@SECLEVEL=0" } as const;
    const { address } = await startWith(tls());
    await expect(ask(address, "/", old)).rejects.toThrow(/version|protocol/);
    const { address: lenient } = await startWith(tls("min_version: TLS10"));
    expect((await ask(lenient, "/", old)).status).toBe(200);
  });

  test("uses the suites and curves that it is to, and no others", async () => {
    const { address } = await startWith(
      tls("cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]", "curve_preferences: [CurveP384]"),
    );
    const agreed = (options: ConnectionOptions) => handshake(address, { maxVersion: "TLSv1.2", ...options });
    expect(await agreed({})).toBe("ECDHE-ECDSA-AES256-GCM-SHA384 secp384r1");
    await expect(agreed({ ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256" })).rejects.toThrow(/handshake failure/);
    await expect(agreed({ ecdhCurve: "prime256v1" })).rejects.toThrow(/handshake failure/);
    expect(await handshake(address, {})).toMatch(/^TLS_.* secp384r1$/);
  });
});

describe("client certificates", () => {
  const VERIFIED = "client_auth_type: RequireAndVerifyClientCert";

  test("let in whose certificate our authority signed, and nobody else", async () => {
    const { address } = await startWith(tls(VERIFIED, `client_ca_file: ${ours.cert}`));
    expect((await ask(address, "/metrics", as(client))).status).toBe(200);
    await expect(ask(address, "/metrics", trust)).rejects.toThrow();
    await expect(ask(address, "/metrics", as(stranger))).rejects.toThrow();
  });

  test("that carry a name of the list are let in, others are not", async () => {
    const lines = [VERIFIED, `client_ca_file: ${ours.cert}`];
    const { address } = await startWith(tls(...lines, "client_allowed_sans: [other, 'spiffe://router/scraper']"));
    expect((await ask(address, "/", as(client))).status).toBe(200);
    const guest = await ours.sign("guest", "DNS:guest.example");
    await expect(ask(address, "/", as(guest))).rejects.toThrow();
  });

  test("are needed on a connection that is resumed too", async () => {
    for (const kind of [VERIFIED, "client_auth_type: RequireAnyClientCert"]) {
      const authority = kind === VERIFIED ? [`client_ca_file: ${ours.cert}`] : [];
      const { address } = await startWith(tls(kind, ...authority));
      for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
        const options = { ...trust, minVersion: version, maxVersion: version };
        const session = await ticket(address, options);
        if (session !== undefined) await expect(ask(address, "/", { ...options, session })).rejects.toThrow();
        const good = await ticket(address, { ...as(client), minVersion: version, maxVersion: version });
        expect((await ask(address, "/", { ...options, ...(good && { session: good }), ...as(client) })).status).toBe(
          200,
        );
      }
    }
  });

  test("are asked for once a reload says so", async () => {
    const { daemon, address } = await startWith(tls());
    expect((await ask(address, "/", trust)).status).toBe(200);
    webConfig(tls(VERIFIED, `client_ca_file: ${ours.cert}`));
    process.kill(daemon.pid, "SIGHUP");
    await daemon.waitFor("stderr", /web configuration reloaded.*because=SIGHUP/, DEADLINE);
    await expect(ask(address, "/", trust)).rejects.toThrow();
    expect((await ask(address, "/", as(client))).status).toBe(200);
  });
});

describe("logins", () => {
  test("are asked for at every path, over TLS as well", async () => {
    const { address } = await startWith(`${tls()}${LOGIN}`);
    for (const path of ["/metrics", "/-/healthy", "/"]) {
      expect((await ask(address, path, trust)).status).toBe(401);
      expect((await ask(address, path, { ...trust, auth: "alice:x" })).status).toBe(401);
      expect((await ask(address, path, { ...trust, ...ALICE })).status).toBe(200);
    }
  });

  test("leave no password in the log", async () => {
    const { daemon, address } = await startWith(LOGIN, "--log.level=debug");
    await ask(address, "/", { auth: "alice:hunter2" });
    await ask(address, "/", ALICE);
    await daemon.stop();
    expect(daemon.stderr()).not.toMatch(/hunter2|wonder|\$2[aby]\$/);
  });

  test("that come too fast are refused", async () => {
    const { address } = await startWith(`${LOGIN}rate_limit: {interval: 1h, burst: 3}\n`);
    const statuses: number[] = [];
    for (let at = 0; at < 5; at++) statuses.push((await ask(address, "/", ALICE)).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
  });
});

describe("a reload", () => {
  test("by SIGHUP takes a good file, and keeps the old one when the new one is bad", async () => {
    const { daemon, address } = await startWith(LOGIN);
    const before = await reloadState(address, ALICE);
    webConfig("basic_auth_users: {alice: hunter2}\n");
    process.kill(daemon.pid, "SIGHUP");
    await daemon.waitFor("stderr", /level=error msg="reload failed[^\n]*web\.yml:1:27: the password of user/, DEADLINE);
    expect(daemon.stderr()).not.toContain("hunter2");
    expect(await reloadState(address, ALICE)).toEqual({ successful: 0, at: before.at });
    webConfig(`${LOGIN}  bob: ${hashSync("builder", 4)}\n`);
    process.kill(daemon.pid, "SIGHUP");
    await daemon.waitFor("stderr", /web configuration reloaded/, DEADLINE);
    const after = await reloadState(address, { auth: "bob:builder" });
    expect(after.successful).toBe(1);
    expect(after.at).toBeGreaterThan(before.at);
  });

  test("over HTTP answers what came of it, if it is enabled", async () => {
    const { address } = await startWith(LOGIN, "--web.enable-lifecycle");
    const reload = (method: string) => ask(address, "/-/reload", { ...ALICE, method });
    expect(await reload("POST")).toMatchObject({ status: 200, body: "The configuration is reloaded.\n" });
    expect((await reload("GET")).status).toBe(405);
    expect((await ask(address, "/-/reload", { method: "POST" })).status).toBe(401);
    webConfig("nonsense: 1\n");
    const failed = await reload("PUT");
    expect(failed.status).toBe(500);
    expect(failed.body).toMatch(/^The old configuration stays: .*web\.yml:1:1: unknown key "nonsense"/);
    const { address: disabled } = await startWith(LOGIN);
    expect((await ask(disabled, "/-/reload", { ...ALICE, method: "POST" })).status).toBe(403);
  });

  test("without a configuration file does not end the daemon", async () => {
    const daemon = await start([LOCAL, "--web.enable-lifecycle"]);
    const [address = ""] = daemon.addresses;
    process.kill(daemon.pid, "SIGHUP");
    expect((await ask(address, "/-/reload", { method: "POST" })).status).toBe(200);
    expect(await reloadState(address)).toMatchObject({ successful: 1 });
  });

  test("that takes TLS away is refused", async () => {
    const { daemon, address } = await startWith(tls());
    webConfig("");
    process.kill(daemon.pid, "SIGHUP");
    await daemon.waitFor("stderr", /TLS cannot be switched off while the daemon runs/, DEADLINE);
    expect((await ask(address, "/", trust)).status).toBe(200);
  });
});

describe("the stream", () => {
  test("is not served to other hosts without a login: the daemon does not start, and says what to do", async () => {
    const { code, line } = await refusal("--web.enable-stream", "--web.listen-address=:0");
    expect(code).toBe(1);
    expect(line).toMatch(/^tablesnoopd: serve the stream on \S+:\d+: everybody who reaches it could read/);
    for (const remedy of ["--web.listen-address=127.0.0.1:10074", "--web.config.file", "--web.stream-insecure"]) {
      expect(line).toContain(remedy);
    }
    webConfig(`${tls()}rate_limit: {interval: 1s, burst: 5}\n`);
    const withTls = await refusal(
      "--web.enable-stream",
      "--web.listen-address=:0",
      `--web.config.file=${folder}/web.yml`,
    );
    expect(withTls.line).toContain("serve the stream on");
  });

  test("is served to other hosts with a login or if that is accepted, and on loopback and unix sockets without", async () => {
    const stream = "--web.enable-stream";
    await start([stream, "--web.listen-address=:0", webConfig(LOGIN)]);
    const verified = tls("client_auth_type: RequireAndVerifyClientCert", `client_ca_file: ${ours.cert}`);
    await start([stream, "--web.listen-address=:0", webConfig(verified)]);
    const daemon = await start([stream, "--web.listen-address=:0", "--web.stream-insecure"]);
    expect(daemon.stderr()).toContain("whoever reaches this address can read");
    await start([stream, LOCAL, `--web.listen-address=unix:${folder}/socket`], 2);
  });

  test("keeps the login that it needs: a reload without it is refused", async () => {
    const daemon = await start(["--web.enable-stream", "--web.listen-address=0.0.0.0:0", webConfig(LOGIN)]);
    const address = (daemon.addresses[0] ?? "").replace("0.0.0.0", "127.0.0.1");
    webConfig("");
    process.kill(daemon.pid, "SIGHUP");
    await daemon.waitFor("stderr", /reload failed[^\n]*nobody would have to log in any more/, DEADLINE);
    expect((await ask(address, "/metrics")).status).toBe(401);
    expect(await reloadState(address, ALICE)).toMatchObject({ successful: 0 });
  });
});

describe("a unix socket", () => {
  const path = () => join(folder, "socket");
  const flag = () => `--web.listen-address=unix:${path()}`;

  test("has the mode and group it is to have, needs no login, and is gone at the end", async () => {
    const daemon = await start([
      flag(),
      "--web.socket-mode=0620",
      "--web.socket-group=65534",
      webConfig(`${tls()}${LOGIN}`),
    ]);
    expect(daemon.addresses).toEqual([`unix:${path()}`]);
    const { mode, gid } = statSync(path());
    expect([(mode & 0o777).toString(8), gid]).toEqual(["620", 65534]);
    expect((await ask(`unix:${path()}`, "/-/healthy")).body).toBe("tablesnoopd is healthy.\n");
    await daemon.stop();
    expect(existsSync(path())).toBe(false);
  });

  test("takes a group by its name, and says so if there is none", async () => {
    await start([flag(), "--web.socket-group=daemon"]);
    expect(statSync(path()).gid).toBe(1);
    const { code, line } = await refusal(`--web.listen-address=unix:${folder}/b`, "--web.socket-group=nosuchgroup");
    expect([code, line]).toEqual([1, expect.stringMatching(/^tablesnoopd: find the group nosuchgroup: it is not in/)]);
  });

  test("left behind by a daemon that was killed is taken over, one in use is not, and no other file ever", async () => {
    const killed = await start([flag()]);
    await killed.stop("SIGKILL");
    expect(existsSync(path())).toBe(true);
    await start([flag()]);
    expect((await ask(`unix:${path()}`, "/-/healthy")).status).toBe(200);
    expect(await refusal(flag())).toMatchObject({
      code: 1,
      line: expect.stringContaining("another program listens there"),
    });
    expect((await ask(`unix:${path()}`, "/-/healthy")).status).toBe(200);
    writeFileSync(`${folder}/file`, "precious");
    expect((await refusal(`--web.listen-address=unix:${folder}/file`)).code).toBe(1);
    expect(statSync(`${folder}/file`).size).toBe(8);
    expect((await refusal(`--web.listen-address=unix:${folder}/none/socket`)).line).toContain(
      "the folder does not exist",
    );
  });

  test("gives the stream to the command run by a member of the group, without root, and to nobody else", async () => {
    await using netns = await createNetns("group");
    await netns.ip("link set lo up");
    chmodSync(folder, 0o755);
    mkdirSync(join(folder, "run"), { mode: 0o755 });
    const socket = join(folder, "run", "socket");
    await start([`--web.listen-address=unix:${socket}`, "--web.socket-group=4321", "--web.enable-stream"]);
    const member = await tablesnoopAs(["--groups=4321"], socket);
    await hears(member, netns);
    const other = await tablesnoopAs(["--clear-groups"], socket);
    expect((await waitUntil("it is refused", other.exit, DEADLINE)).code).toBe(1);
    expect(other.stderr()).toMatch(/^tablesnoop: connect to unix:\S+: .*EACCES/);
  });
});

describe("sockets that systemd passes", () => {
  const ACTIVATOR = "systemd-socket-activate";
  const hasActivator = spawnSync(ACTIVATOR, ["--version"]).status === 0;
  const { CI } = process.env;
  // It can be installed anywhere: where CI promises to run everything, its absence is a failure.
  const activated = test.skipIf(!hasActivator && CI !== "true");

  /** It starts the daemon when the first client connects, in its own place. */
  async function activate(sockets: readonly string[], ...flags: string[]): Promise<Background> {
    const listen = sockets.map((socket) => `--listen=${socket}`);
    const command = [
      process.execPath,
      projectPath("dist/daemon/main.js"),
      "--web.systemd-socket",
      `--probe=${BACKEND}`,
    ];
    const daemon = await startBackground(ACTIVATOR, [...listen, ...command, ...flags]);
    started.push(daemon);
    await daemon.waitFor("stderr", /Listening on/, DEADLINE);
    return daemon;
  }

  activated(`are served, and no other address is (skipped without ${ACTIVATOR})`, async () => {
    const path = join(folder, "activated");
    const port = await freePort();
    const daemon = await activate([`127.0.0.1:${port}`, path], webConfig(LOGIN));
    expect((await ask(`127.0.0.1:${port}`, "/-/healthy")).status).toBe(401);
    expect((await ask(`127.0.0.1:${port}`, "/-/healthy", ALICE)).status).toBe(200);
    expect((await ask(`unix:${path}`, "/-/healthy")).status).toBe(200);
    expect(await listening(daemon, 2)).toEqual([`127.0.0.1:${port}`, `unix:${path}`]);
    await daemon.stop();
    expect(existsSync(path)).toBe(true);
  });

  activated(`are judged by their addresses (skipped without ${ACTIVATOR})`, async () => {
    const port = await freePort();
    const daemon = await activate([`0.0.0.0:${port}`], "--web.enable-stream");
    await ask(`127.0.0.1:${port}`, "/").catch(() => undefined);
    const exit = await waitUntil("the daemon has ended", daemon.exit, DEADLINE);
    expect(exit.code).toBe(1);
    expect(daemon.stderr()).toContain(`serve the stream on 0.0.0.0:${port}: everybody`);
  });

  test("are an error where there are none", async () => {
    const { code, line } = await refusal("--web.systemd-socket");
    expect([code, line]).toEqual([1, expect.stringContaining("take the sockets of systemd: LISTEN_FDS is not set")]);
  });
});

describe("many clients that never finish their requests", () => {
  test("do not keep a scrape out", async () => {
    const daemon = await start([LOCAL]);
    const [address = ""] = daemon.addresses;
    const sockets: Socket[] = [];
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
    });
    for (let at = 0; at < 1000; at++) {
      const socket = dial(Number(address.split(":")[1]), "127.0.0.1");
      socket.on("error", () => undefined).write("GET /metrics HTTP/1.1\r\nHost: a\r\nX-Slow:");
      sockets.push(socket);
    }
    await waitUntil("they are connected", () => sockets.every((socket) => !socket.connecting), DEADLINE);
    for (let at = 0; at < 5; at++) {
      const begun = performance.now();
      expect((await ask(address, "/metrics")).status).toBe(200);
      expect(performance.now() - begun).toBeLessThan(1000 * PATIENCE);
    }
  });
});

describe("the command", () => {
  test("takes its lines from a protected daemon", async () => {
    await using netns = await createNetns("tls");
    await netns.ip("link set lo up");
    const verified = tls("client_auth_type: RequireAndVerifyClientCert", `client_ca_file: ${ours.cert}`);
    const { address } = await startWith(`${verified}${LOGIN}`, "--web.enable-stream");
    const password = join(folder, "password");
    writeFileSync(password, "wonder\n");
    const files = ["--cacert", ours.cert, "--cert", client.cert, "--key", client.key];
    const command = async (url: string, ...flags: string[]) => {
      const running = await startBackground(process.execPath, [
        projectPath("dist/daemon/cli.js"),
        ...["-x", "--connect", url, ...flags],
      ]);
      started.push(running);
      return running;
    };
    await hears(await command(`https://alice@${address}`, ...files, "--password-file", password), netns);
    const ended = async (running: Background) => {
      await waitUntil("the command has ended", running.exit, DEADLINE);
      return running.stderr();
    };
    expect(await ended(await command(`https://alice:hunter2@${address}`, ...files))).toBe(
      `tablesnoop: read https://${address}: A user name and its password are needed.\n`,
    );
    expect(await ended(await command(`https://alice@${address}`, "--cacert", others.cert))).toMatch(/certificate/);
    expect(await ended(await command(`https://alice:hunter2@${address}`))).not.toContain("hunter2");
  });
});
