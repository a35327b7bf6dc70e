// tablesnoopd whose log nobody reads: it counts, answers and ends all the same.

import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { codeOf } from "../../daemon/errors.js";
import { BACKEND } from "../support/backend.js";
import { PATIENCE } from "../support/pace.js";
import { type Background, startBackground } from "../support/processes/background.js";
import { TABLESNOOPD } from "../support/processes/built_programs.js";
import { waitUntil } from "../support/wait_until.js";

const SIGNALS = 23;
const WAIT = { timeoutMs: 20_000 * PATIENCE };
/** What the daemon may take to end. */
const STOP_MS = 2_000 * PATIENCE;

let root: string;
let pipe: string;
let reader: number;
let daemon: Background | undefined;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "log-"));
  pipe = join(root, "pipe");
  execFileSync("mkfifo", [pipe]);
  reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
});

afterEach(async () => {
  await daemon?.stop("SIGKILL");
  daemon = undefined;
  closeSync(reader);
  rmSync(root, { recursive: true, force: true });
});

/** On a socket in `root`, so that its address is known without its log. `redirect` is bash's, of stderr. */
async function start(redirect: string, before = ""): Promise<Background> {
  const flags = [`--probe=${BACKEND}`, `--web.listen-address=unix:${socket()}`].join(" ");
  const script = `${before} exec '${process.execPath}' '${TABLESNOOPD}' ${flags} ${redirect}`;
  daemon = await startBackground("bash", ["-c", script]);
  return daemon;
}

const socket = () => join(root, "daemon.sock");

function ask(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = get({ socketPath: socket(), path, timeout: 1000 }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => resolve(text));
    });
    asked.on("timeout", () => asked.destroy(new Error("no answer"))).on("error", reject);
  });
}

/** Lets nothing more into the pipe; returns how much is in it. */
function fill(): number {
  const writer = openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
  let bytes = 0;
  try {
    for (;;) bytes += writeSync(writer, Buffer.alloc(1024, "."));
  } catch (error) {
    if (codeOf(error) !== "EAGAIN") throw error;
    return bytes;
  } finally {
    closeSync(writer);
  }
}

function readPipe(): string {
  const buffer = Buffer.alloc(1 << 20);
  try {
    return buffer.toString("utf8", 0, readSync(reader, buffer));
  } catch (error) {
    if (codeOf(error) === "EAGAIN") return "";
    throw error;
  }
}

describe("with a pipe full of other text for its log", () => {
  test("the daemon starts and serves, and its lines come once somebody reads", async () => {
    const filled = fill();
    const { pid } = await start(`2>'${pipe}'`);
    await waitUntil("it is healthy", async () => (await ask("/-/healthy")) !== "", WAIT);
    for (let n = 0; n < SIGNALS; n += 1) {
      process.kill(pid, "SIGUSR1");
      expect(await ask("/metrics")).toContain("\ntablesnoop_log_lines_dropped_total 0\n");
    }
    let text = "";
    await waitUntil(
      "its lines are there",
      () => {
        text += readPipe();
        return text.split("SIGUSR1 means nothing here").length > SIGNALS;
      },
      WAIT,
    );
    const lines = text.slice(filled).trimEnd().split("\n");
    expect(lines[0]).toMatch(/^time=\S+ level=info msg="probes attached"/);
    expect(lines.filter((line) => !/^time=\S+ level=(info|warn) msg=/.test(line))).toEqual([]);
    expect(lines.filter((line) => line.includes("SIGUSR1"))).toHaveLength(SIGNALS);
  });

  test("SIGTERM ends the daemon with 0", async () => {
    fill();
    const running = await start(`2>'${pipe}'`);
    await waitUntil("it is healthy", async () => (await ask("/-/healthy")) !== "", WAIT);
    expect(await running.stop("SIGTERM", STOP_MS)).toEqual({ code: 0, signal: null });
  });

  test("a refused start ends the daemon with its exit code", async () => {
    fill();
    const script = `exec '${process.execPath}' '${TABLESNOOPD}' --no-such-flag 2>'${pipe}'`;
    daemon = await startBackground("bash", ["-c", script]);
    expect(await waitUntil("it has ended", daemon.exit, WAIT)).toEqual({ code: 2, signal: null });
  });
});

describe("with a socket for its log, as journald's is,", () => {
  // Of the socket pair that stderr is here, one end is read by this process only when it is asked for its text.
  test("that takes nothing more the daemon serves, and SIGTERM ends it with 0", async () => {
    const reading = `
      const { spawn } = require("node:child_process");
      const script = "timeout 1 cat /dev/zero >&2; exec \\"$@\\"";
      const child = spawn("bash", ["-c", script, "bash", ...process.argv.slice(1)], { stdio: ["ignore", "inherit", "pipe"] });
      process.on("SIGTERM", () => child.kill("SIGTERM"));
      child.on("exit", (code, signal) => process.exit(code ?? 99));`;
    const flags = [`--probe=${BACKEND}`, `--web.listen-address=unix:${socket()}`];
    const main = TABLESNOOPD;
    daemon = await startBackground(process.execPath, ["-e", reading, "--", process.execPath, main, ...flags]);
    await waitUntil("it is healthy", async () => (await ask("/-/healthy")) !== "", WAIT);
    expect(await daemon.stop("SIGTERM", STOP_MS)).toEqual({ code: 0, signal: null });
  });
});

test("with a full disk behind its log the daemon serves, and SIGTERM ends it with 0", async () => {
  const running = await start("2>/dev/full");
  await waitUntil("it is healthy", async () => (await ask("/-/healthy")) !== "", WAIT);
  expect(await running.stop("SIGTERM", STOP_MS)).toEqual({ code: 0, signal: null });
});
