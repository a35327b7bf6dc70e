import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashSync } from "bcryptjs";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { StartError } from "../../../daemon/errors.js";
import { createLog } from "../../../daemon/log.js";
import { WebConfigFile } from "../../../daemon/web_config/config_file.js";
import { CertificateFolder, type KeyPair } from "../../support/certificates.js";
import { runCommand } from "../../support/processes/command.js";

const LOGIN = `basic_auth_users: {alice: "${hashSync("x", 4)}"}\n`;

/** A file in a folder of its own, and a clock that the test sets. */
function bench(yaml: string) {
  const folder = mkdtempSync(join(tmpdir(), "tablesnoop-web-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "web.yml");
  const write = (text: string) => writeFileSync(path, text);
  write(yaml);
  const lines: string[] = [];
  const log = createLog({ logLevel: "info", logFormat: "logfmt" }, { write: (line) => lines.push(line) });
  const clock = { now: 0 };
  const file = new WebConfigFile({ path, log, clock: () => clock.now });
  const look = () => {
    clock.now += 1000;
    file.look();
  };
  return { file, folder, path, write, lines, clock, look };
}

function refusal(file: WebConfigFile): string {
  try {
    file.start();
  } catch (error) {
    if (error instanceof StartError) return error.message;
    throw error;
  }
  return "accepted";
}

test("without a file nothing is configured, and a reload is none", () => {
  const { lines, clock } = bench("");
  const log = createLog({ logLevel: "info", logFormat: "logfmt" }, { write: (line) => lines.push(line) });
  const file = new WebConfigFile({ path: undefined, log, clock: () => clock.now });
  file.start();
  file.look();
  expect([file.reload("SIGHUP"), file.asksForLogin, file.state.isGood, lines]).toEqual([undefined, false, true, []]);
  expect(file.current).toStrictEqual({ headers: new Map(), users: new Map() });
});

test("a start with a bad file is refused in one line with its place", () => {
  const { file, path } = bench("basic_auth_users:\n  alice: x\n");
  expect(refusal(file)).toMatch(new RegExp(`^read the web configuration: ${path}:2:10: the password of user "alice"`));
});

test.each([
  ["is not there", () => undefined, "ENOENT"],
  ["is a folder", (path: string) => mkdirSync(path), "not a regular file"],
  ["is a device", (path: string) => symlinkSync("/dev/zero", path), "not a regular file"],
  ["is too large", (path: string) => writeFileSync(path, "#".repeat(200_000)), "larger than 131072 bytes"],
  ["is no text", (path: string) => writeFileSync(path, Buffer.from([0xff, 0xfe, 0x00])), "not valid"],
])("a start with a file that %s is refused", (_, make, cause) => {
  const { file, path } = bench("");
  rmSync(path);
  make(path);
  const told = refusal(file);
  expect(told).toContain(`read ${path}: `);
  expect(told).toContain(cause);
});

test("a FIFO in the file's place holds up nothing", async () => {
  const { file, path } = bench("");
  rmSync(path);
  await runCommand("mkfifo", [path]);
  expect(refusal(file)).toContain("not a regular file");
});

test("a file that has changed is read again with the first look of the next second, and not before", () => {
  const { file, write, clock, lines } = bench("");
  file.start();
  clock.now = 500;
  file.look();
  write(LOGIN);
  file.look();
  clock.now = 999;
  file.look();
  expect(file.asksForLogin).toBe(false);
  clock.now = 1000;
  file.look();
  expect(file.asksForLogin).toBe(true);
  expect(lines.join("")).toMatch(/msg="web configuration reloaded" because="a file is another" file=/);
});

test("a file that is replaced, or a link that leads elsewhere, has changed", () => {
  const { file, folder, path, look } = bench("");
  file.start();
  writeFileSync(join(folder, "new"), LOGIN);
  renameSync(join(folder, "new"), path);
  look();
  expect(file.asksForLogin).toBe(true);
  rmSync(path);
  symlinkSync(join(folder, "other"), path);
  writeFileSync(join(folder, "other"), "");
  look();
  expect(file.asksForLogin).toBe(false);
});

test("a bad file changes nothing but what is said of it, once, until a good one comes", () => {
  const { file, write, look, lines } = bench(LOGIN);
  file.start();
  const { goodSince } = file.state;
  write("basic_auth_users: [\n");
  look();
  look();
  expect(file.reload("SIGHUP")).toMatch(/web\.yml:\d+:\d+: no valid YAML/);
  expect(file.state).toEqual({ isGood: false, goodSince });
  expect(file.asksForLogin).toBe(true);
  expect(lines.filter((line) => line.includes("level=error"))).toHaveLength(1);
  expect(lines[0]).toMatch(/msg="reload failed, the old web configuration stays" because="a file is another" problem=/);
  write(`${LOGIN}# well\n`);
  look();
  expect(file.state.isGood).toBe(true);
  expect(file.state.goodSince).toBeGreaterThanOrEqual(goodSince);
  expect(lines).toHaveLength(2);
});

test("a file that is gone changes nothing either, and is found again", () => {
  const { file, path, write, look } = bench(LOGIN);
  file.start();
  rmSync(path);
  look();
  expect([file.state.isGood, file.asksForLogin]).toEqual([false, true]);
  write(LOGIN);
  look();
  expect(file.state.isGood).toBe(true);
});

test("a configuration that lets everybody in is no good once a login must be asked for", () => {
  const { file, write, look } = bench(LOGIN);
  file.start();
  file.keepAskingForLogin();
  write("");
  look();
  expect([file.state.isGood, file.asksForLogin]).toEqual([false, true]);
  expect(file.reload("SIGHUP")).toMatch(/nobody would have to log in any more/);
});

describe("what is in force", () => {
  test("began at no time before the start, and then with it", () => {
    const { file } = bench(LOGIN);
    expect([file.state, file.asksForLogin]).toEqual([{ isGood: true, goodSince: 0 }, false]);
    const before = Date.now() / 1000;
    file.start();
    expect(file.state.goodSince).toBeGreaterThanOrEqual(before);
    expect(file.state.goodSince).toBeLessThanOrEqual(Date.now() / 1000);
  });

  test("is told to whoever listens, at the start and with each change, but not when nothing comes of it", () => {
    const { file, write, look } = bench("");
    const heard: string[][] = [];
    file.onChange(({ users }) => heard.push([...users.keys()]));
    file.start();
    write(LOGIN);
    look();
    write("basic_auth_users: [\n");
    look();
    look();
    expect(heard).toEqual([[], ["alice"]]);
    expect([...file.current.users.keys()]).toEqual(["alice"]);
  });

  test("has headers and a rate limit, as the file says", () => {
    const { file } = bench(
      "http_server_config: {headers: {X-Frame-Options: deny}}\nrate_limit: {interval: 1s, burst: 2}\n",
    );
    file.start();
    expect(file.current).toStrictEqual({
      headers: new Map([["X-Frame-Options", "deny"]]),
      users: new Map(),
      rateLimit: { intervalMs: 1000, burst: 2 },
    });
  });
});

describe("a reload", () => {
  test("tells in the log what it was for and which file, and the same problem once, another one again", () => {
    const { file, path, write, lines } = bench("");
    file.start();
    expect(file.reload("SIGHUP")).toBeUndefined();
    expect(lines.splice(0).join("")).toContain(`msg="web configuration reloaded" because=SIGHUP file=${path}`);
    write("a: 1\n");
    const problem = file.reload("SIGHUP");
    expect(problem).toMatch(new RegExp(`^${path}:1:1: unknown key "a"`));
    expect(file.reload("POST /-/reload")).toBe(problem);
    write("\nb: 1\n");
    expect(file.reload("SIGHUP")).toMatch(/web\.yml:2:1: unknown key "b"/);
    expect(lines).toHaveLength(2);
  });

  test("puts off the next look for a second", () => {
    const { file, write, clock } = bench("");
    file.start();
    clock.now = 5000;
    file.reload("SIGHUP");
    write(LOGIN);
    clock.now = 5999;
    file.look();
    expect(file.asksForLogin).toBe(false);
    clock.now = 6000;
    file.look();
    expect(file.asksForLogin).toBe(true);
  });

  test("names no place for what is of no place in the file", () => {
    const { file, path } = bench("");
    file.start();
    rmSync(path);
    expect(file.reload("SIGHUP")).toMatch(new RegExp(`^${path}: read ${path}: ENOENT`));
  });
});

describe("TLS", () => {
  const certificates = new CertificateFolder();
  afterAll(() => certificates[Symbol.dispose]());
  let pair: KeyPair & { readonly ca: string };
  beforeAll(async () => {
    const authority = await certificates.authority("ca");
    pair = { ...(await authority.sign("server", "DNS:localhost")), ca: authority.cert };
  });

  /** With the files beside the configuration, as they are called there. */
  function tlsBench(settings = "") {
    const setUp = bench("");
    for (const [name, source] of [
      ["server.pem", pair.cert],
      ["server.key", pair.key],
      ["ca.pem", pair.ca],
    ] as const) {
      copyFileSync(source, join(setUp.folder, name));
    }
    const yaml = (more = "") => `tls_server_config: {cert_file: server.pem, key_file: server.key${more}}\n`;
    setUp.write(yaml(settings));
    return { ...setUp, yaml };
  }

  test("is read from files beside the configuration, and anew when one of them is another", () => {
    const { file, folder, look, lines } = tlsBench();
    file.start();
    expect(file.current.tls?.context.cert).toBe(readFileSync(pair.cert, "utf8"));
    const key = readFileSync(pair.key, "utf8");
    writeFileSync(join(folder, "server.key"), `# as of today\n${key}`);
    look();
    expect(file.current.tls?.context.key).toBe(`# as of today\n${key}`);
    writeFileSync(join(folder, "server.pem"), "");
    look();
    expect(file.state.isGood).toBe(false);
    expect(file.current.tls?.context.cert).toBe(readFileSync(pair.cert, "utf8"));
    expect(lines.join("")).toContain("server.pem: the file is empty");
  });

  test("cannot be switched on or off by a reload", () => {
    const on = tlsBench();
    on.file.start();
    on.write("");
    expect(on.file.reload("SIGHUP")).toMatch(/: TLS cannot be switched off while the daemon runs; restart it$/);
    expect(on.file.current.tls).toBeDefined();
    const off = tlsBench();
    off.write("");
    off.file.start();
    off.write(off.yaml());
    expect(off.file.reload("SIGHUP")).toMatch(/: TLS cannot be switched on while the daemon runs; restart it$/);
    expect(off.file.current.tls).toBeUndefined();
  });

  test.each([
    ["NoClientCert", "", false],
    ["RequireAnyClientCert", "", false],
    ["VerifyClientCertIfGiven", ", client_ca_file: ca.pem", false],
    ["RequireAndVerifyClientCert", ", client_ca_file: ca.pem", true],
  ])("of %s%s asks for a login: %s", (type, more, asks) => {
    const { file, write, yaml, look } = tlsBench(`, client_auth_type: ${type}${more}`);
    file.start();
    expect(file.asksForLogin).toBe(asks);
    if (!asks) return;
    file.keepAskingForLogin();
    write(yaml());
    look();
    expect([file.state.isGood, file.asksForLogin]).toEqual([false, true]);
  });
});
