import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashSync } from "bcryptjs";
import { expect, onTestFinished, test } from "vitest";
import { StartError } from "../../../daemon/errors.js";
import { createLog } from "../../../daemon/log.js";
import { WebConfigFile } from "../../../daemon/web_config/config_file.js";
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
