// tablesnoopd as a process: how it begins, how it refuses to, how it ends, and what it leaves behind: nothing.

import { Agent, get } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { BACKEND, startBackend } from "../support/backend.js";
import { createNetns } from "../support/networks/netns.js";
import { PATIENCE } from "../support/pace.js";
import { type Background, startBackground } from "../support/processes/background.js";
import { TABLESNOOPD } from "../support/processes/built_programs.js";
import { spawnDaemon } from "../support/processes/daemon_process.js";
import { livingPrograms, programsOf } from "../support/processes/programs.js";
import { send } from "../support/traffic/send.js";
import { keyOf, routeGrowth } from "../support/truth/growth.js";
import { scrape } from "../support/truth/scrape.js";
import { waitUntil } from "../support/wait_until.js";

const SENDS = 23;
const START_MS = 20_000 * PATIENCE;
const ADDRESS = "--web.listen-address=127.0.0.1:0";
const PROBE = `--probe=${BACKEND}`;

const started: Background[] = [];

async function spawn(flags: readonly string[]): Promise<Background> {
  const daemon = await spawnDaemon(flags);
  started.push(daemon);
  return daemon;
}

afterEach(async () => {
  for (const daemon of started.splice(0)) await daemon.stop("SIGKILL");
});

function ended(daemon: Background) {
  return waitUntil("the daemon has ended", daemon.exit, { timeoutMs: START_MS });
}

describe("the end", () => {
  test("kill -9 leaves no program in the kernel", async () => {
    await using daemon = await startBackend();
    const programs = programsOf(daemon.pid);
    expect(programs.length).toBeGreaterThan(3);
    expect(await livingPrograms(programs)).toEqual(programs);
    await daemon.kill();
    await waitUntil("its programs are gone", async () => (await livingPrograms(programs)).length === 0, {
      timeoutMs: START_MS,
    });
  });

  test.each(["SIGTERM", "SIGINT"] as const)(
    "%s ends it with 0 within a second, though a client keeps its connection open",
    async (signal) => {
      await using daemon = await startBackend();
      const agent = new Agent({ keepAlive: true });
      await new Promise((resolve, reject) => {
        get(`${daemon.url}/metrics`, { agent }, (response) => response.resume().on("end", resolve)).on("error", reject);
      });
      expect(Object.values(agent.freeSockets)).toHaveLength(1);
      const begin = performance.now();
      expect(await daemon.stop(signal)).toEqual({ code: 0, signal: null });
      expect(performance.now() - begin).toBeLessThan(1000 * PATIENCE);
      agent.destroy();
    },
  );

  test("SIGUSR1 is not the end, and opens no debugger", async () => {
    await using daemon = await startBackend();
    process.kill(daemon.pid, "SIGUSR1");
    await waitUntil("it has logged the signal", () => daemon.stderr().includes("SIGUSR1"), { timeoutMs: START_MS });
    await daemon.scrape();
    expect(daemon.stderr()).not.toContain("Debugger");
    expect(daemon.exit()).toBeUndefined();
  });

  test("a signal while it starts ends it as well", async () => {
    const daemon = await spawn([ADDRESS, PROBE]);
    await daemon.waitFor("stderr", /probes attached/, { timeoutMs: START_MS });
    expect(await daemon.stop("SIGTERM")).toEqual({ code: 0, signal: null });
  });
});

test("two daemons at once both count", { timeout: 60_000 * PATIENCE }, async () => {
  await using netns = await createNetns("two");
  await using one = await startBackend();
  await using other = await startBackend();
  const before = [await one.scrape(), await other.scrape()] as const;
  await send(netns, "udp", { to: "203.0.113.9", count: SENDS });
  const after = [await one.scrape(), await other.scrape()] as const;

  const missed = keyOf("ipv4", "main", "", "no_route");
  expect(routeGrowth(before[0], after[0], netns.name)[missed]).toBe(SENDS);
  expect(routeGrowth(before[1], after[1], netns.name)[missed]).toBe(SENDS);
});

describe("the beginning", () => {
  test("it serves on every address it was given", async () => {
    const daemon = await spawn([ADDRESS, "--web.listen-address=[::1]:0", PROBE, "--web.disable-exporter-metrics"]);
    const listening = /listening.* address="?(127[\d.:]+)(?:.|\n)*listening.* address="?(\[::1\]:\d+)/;
    const [, ...addresses] = await daemon.waitFor("stderr", listening, { timeoutMs: START_MS });
    expect(addresses).toHaveLength(2);
    for (const address of addresses) {
      const samples = await scrape(`http://${address}/metrics`);
      expect(samples.some(({ name }) => name === "tablesnoop_build_info")).toBe(true);
    }
  });

  test("with --log.format=json each line of the log is an object with time, level and message", async () => {
    const daemon = await spawn([ADDRESS, PROBE, "--log.format=json"]);
    await daemon.waitFor("stderr", /"msg":"listening"/, { timeoutMs: START_MS });
    await daemon.stop();
    const lines = daemon.stderr().trim().split("\n");
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines) {
      expect(JSON.parse(line)).toMatchObject({
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        level: expect.stringMatching(/^(info|warn)$/),
        msg: expect.any(String),
      });
    }
  });
});

describe("a refusal is one line and says what to do", () => {
  test("a busy port: exit 1", async () => {
    await using first = await startBackend();
    const { host } = new URL(first.url);
    const daemon = await spawn([`--web.listen-address=${host}`, PROBE]);
    expect(await ended(daemon)).toEqual({ code: 1, signal: null });
    expect(refusal(daemon)).toMatch(/^tablesnoopd: listen on \S+: address already in use; .*--web\.listen-address$/);
  });

  test("an unknown flag: exit 2", async () => {
    const daemon = await spawn(["--no-such-flag"]);
    expect(await ended(daemon)).toEqual({ code: 2, signal: null });
    expect(daemon.stderr()).toBe("tablesnoopd: unknown flag --no-such-flag; see --help\n");
  });

  test("not allowed to load programs: exit 1", async () => {
    // Root without a capability instead of another user, who could perhaps not even read this folder.
    const command = ["--bounding-set=-all", process.execPath, TABLESNOOPD, ADDRESS];
    await using daemon = await startBackground("setpriv", command);
    expect(await ended(daemon)).toEqual({ code: 1, signal: null });
    expect(daemon.stderr()).toMatch(/^tablesnoopd: .*EPERM.*; run as root or with CAP_BPF and CAP_PERFMON\n$/);
  });

  test("trampolines asked for where the kernel refuses them: exit 1, the reason and the alternative", async (context) => {
    const daemon = await spawn([ADDRESS, "--probe=trampoline"]);
    const exit = await waitUntil("the daemon runs or has ended", () => running(daemon) || daemon.exit(), {
      timeoutMs: START_MS,
    });
    if (exit === "running") context.skip("this kernel allows trampolines");
    expect(exit).toEqual({ code: 1, signal: null });
    expect(daemon.stderr()).toMatch(/^tablesnoopd: attach the trampoline backend: .*E[A-Z]+.*--probe=tracepoint.*\n$/);
  });
});

/** The last line: what was logged before it found out is no part of it. */
function refusal(daemon: Background): string {
  const lines = daemon.stderr().trim().split("\n");
  expect(lines.filter((line) => !line.startsWith("time="))).toHaveLength(1);
  return lines.at(-1) ?? "";
}

function running(daemon: Background): "running" | undefined {
  return /msg="?listening/.test(daemon.stderr()) ? "running" : undefined;
}
