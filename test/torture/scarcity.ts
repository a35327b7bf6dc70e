// The daemon has too little of something: memory, descriptors, room for its log, for events, for counters. It goes on and
// says so, or it ends; it never hangs, and counts nothing wrong.

import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import { codeOf } from "../../daemon/errors.js";
import { BACKEND, startBackend } from "../support/backend.js";
import { onProcessEnd } from "../support/cleanup.js";
import { Disposal } from "../support/disposal.js";
import { createPair, type Pair } from "../support/networks/topology.js";
import { PATIENCE } from "../support/pace.js";
import { TABLESNOOPD } from "../support/processes/built_programs.js";
import { openCountingStream } from "../support/processes/counting_stream.js";
import { spawnDaemon, startDaemon } from "../support/processes/daemon_process.js";
import { createMemoryLimit } from "../support/processes/memory_limit.js";
import { mapsOf, programsOf } from "../support/processes/programs.js";
import { ask } from "../support/processes/protected_daemon.js";
import { megabytesOf } from "../support/processes/resources.js";
import { startFlood } from "../support/traffic/background_load.js";
import { floodLookups } from "../support/traffic/flood.js";
import { keyOf, routeGrowth, sumOf } from "../support/truth/growth.js";
import { delta, parseExposition, value } from "../support/truth/scrape.js";
import { waitUntil } from "../support/wait_until.js";
import type { Figures } from "./figures.js";
import { nothingLeft } from "./kills.js";

const MAIN = [process.execPath, TABLESNOOPD];
const FLAGS = [`--probe=${BACKEND}`, "--web.disable-exporter-metrics"];
const WAIT = { timeoutMs: 20_000 * PATIENCE };
const MIB = 1 << 20;

/** The kernel ends it, as it ends any process that outgrows its cgroup, and keeps nothing of it. Throws Unavailable. */
export async function outgrowMemory(): Promise<Figures> {
  await using limit = createMemoryLimit(512 * MIB);
  await using pair = await forwardingPair();
  const flags = [...FLAGS, "--web.enable-stream", "--stream.queue-size=64MiB"];
  await using daemon = await startDaemon(flags, { command: [...limit.command, ...MAIN] });
  const programs = programsOf(daemon.pid);
  const maps = mapsOf(daemon.pid);
  const before = megabytesOf(daemon.pid);
  // Less than the queue of a listener that reads nothing: there is no way to stay below it.
  limit.set(128 * MIB);
  await using stack = new Disposal();
  for (let listener = 0; listener < 4; listener += 1) {
    stack.use(await openCountingStream(daemon, "json", { netns: pair.host.name })).pause();
  }
  stack.use(startFlood({ ...route(pair), count: 200_000 }));
  expect(await waitUntil("the daemon was ended", daemon.exit, WAIT)).toEqual({ code: null, signal: "SIGKILL" });
  await nothingLeft(programs, maps);
  return { "MB at start": Math.round(before), "limit, MB": 128 };
}

/** With so little that Node itself cannot start, the start ends; it does not hang. */
export async function startWithoutMemory(): Promise<void> {
  await using limit = createMemoryLimit(8 * MIB);
  await using daemon = await spawnDaemon(["--web.listen-address=127.0.0.1:0", ...FLAGS], process.env, [
    ...limit.command,
    ...MAIN,
  ]);
  expect(await waitUntil("the daemon has ended", daemon.exit, WAIT)).toEqual({ code: null, signal: "SIGKILL" });
}

/** More connections than descriptors: those beyond wait, counting goes on, and all is well as soon as they are gone. */
export async function useUpDescriptors(): Promise<Figures> {
  await using pair = await forwardingPair();
  await using daemon = await startDaemon(FLAGS, { command: ["prlimit", "--nofile=128:128", ...MAIN] });
  const before = await daemon.scrape();
  const { hostname, port } = new URL(daemon.url);
  const sockets: Socket[] = [];
  try {
    for (let count = 0; count < 300; count += 1) {
      sockets.push(connect(Number(port), hostname).on("error", () => undefined));
    }
    await waitUntil("no descriptor is left", () => openFiles(daemon.pid) >= 128, WAIT);
    await floodLookups({ ...route(pair), count: 10_000 });
    expect(daemon.exit()).toBeUndefined();
  } finally {
    for (const socket of sockets) socket.destroy();
  }
  const begin = performance.now();
  const after = await waitUntil("the daemon answers again", () => daemon.scrape(), WAIT);
  expect(routeGrowth(before, after, pair.host.name)).toEqual(found(10_000));
  expect(delta(before, after, "tablesnoop_read_errors_total")).toBe(0);
  return {
    connections: sockets.length,
    "descriptors at most": 128,
    "answers after, ms": Math.round(performance.now() - begin),
  };
}

/** Too few to start with: one line and an exit code, not a stack of Node's. */
export async function startWithoutDescriptors(): Promise<void> {
  for (const most of [24, 32, 40, 50]) {
    await using daemon = await spawnDaemon(["--web.listen-address=127.0.0.1:0", ...FLAGS], process.env, [
      ...["prlimit", `--nofile=${most}:${most}`],
      ...MAIN,
    ]);
    const end = await waitUntil(
      "the daemon runs or has ended",
      () => daemon.exit() ?? (daemon.stderr().includes("msg=listening") && "running"),
      WAIT,
    );
    if (end === "running") continue;
    expect({ most, ...end }).toEqual({ most, code: 1, signal: null });
    const lines = daemon
      .stderr()
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("time="));
    expect(lines, `with ${most} descriptors`).toEqual([
      expect.stringMatching(/^tablesnoopd: .*(EMFILE|too many open files|raise the limit of open files)/),
    ]);
  }
}

/** A disk that is full under the log: the daemon serves, counts and ends, and logs again as soon as there is room. */
export async function fillDiskUnderLog(): Promise<void> {
  await using pair = await forwardingPair();
  await using scratch = scratchFolder();
  const disk = `${scratch.path}/disk`;
  const log = join(disk, "log");
  const script = [
    `mkdir '${disk}'`,
    `mount -t tmpfs -o size=64k tmpfs '${disk}'`,
    `head -c 1m /dev/zero >'${disk}/filling' || true`,
    `exec "$@" 2>>'${log}'`,
  ].join("\n");
  const command = ["unshare", "--mount", "--propagation", "private", "sh", "-ec", script, "sh", ...MAIN];
  const socket = `unix:${scratch.path}/socket`;
  await using daemon = await spawnDaemon([`--web.listen-address=${socket}`, ...FLAGS], process.env, command);
  await waitUntil("it is healthy", async () => (await ask(socket, "/-/healthy")).status === 200, WAIT);
  const seen = (name: string) => `/proc/${daemon.pid}/root${disk}/${name}`;
  expect(readFileSync(seen("log"), "utf8")).toBe("");
  const before = parseExposition((await ask(socket, "/metrics")).body);
  process.kill(daemon.pid, "SIGUSR1");
  await floodLookups({ ...route(pair), count: 10_000 });
  const after = parseExposition((await ask(socket, "/metrics")).body);
  expect(routeGrowth(before, after, pair.host.name)).toEqual(found(10_000));

  rmSync(seen("filling"));
  process.kill(daemon.pid, "SIGUSR1");
  await waitUntil("it logs again", () => /SIGUSR1/.test(readFileSync(seen("log"), "utf8")), WAIT);
  expect(await daemon.stop("SIGTERM")).toEqual({ code: 0, signal: null });
}

/** A pipe that nobody reads, and far more lines than wait for it: all that are missing in the end were counted and told. */
export async function floodUnreadLog(signals: number): Promise<Figures> {
  await using scratch = scratchFolder();
  const pipe = join(scratch.path, "pipe");
  execFileSync("mkfifo", [pipe]);
  const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const filled = fillPipe(pipe);
    const socket = `unix:${scratch.path}/socket`;
    const command = ["sh", "-c", `exec "$@" 2>>'${pipe}'`, "sh", ...MAIN];
    await using daemon = await spawnDaemon([`--web.listen-address=${socket}`, ...FLAGS], process.env, command);
    await waitUntil("it is healthy", async () => (await ask(socket, "/-/healthy")).status === 200, WAIT);
    const metrics = async () => parseExposition((await ask(socket, "/metrics")).body);
    const before = megabytesOf(daemon.pid);
    for (let sent = 0; sent < signals; sent += 1) {
      process.kill(daemon.pid, "SIGUSR1");
      // A signal that is still on its way swallows the next one.
      await pause(1);
    }
    expect(value(await metrics(), "tablesnoop_config_last_reload_successful")).not.toBe(0);
    const grown = megabytesOf(daemon.pid) - before;
    expect(grown).toBeLessThan(40);

    let text = "";
    await waitUntil(
      "all lines are there, and what is lost is told",
      () => {
        text += readPipe(reader);
        return /msg="[^"]*dropped[^"]*".*lines=\d+/.test(text) || (signals < 1000 && text.includes("SIGUSR1"));
      },
      WAIT,
    );
    const dropped = value(await metrics(), "tablesnoop_log_lines_dropped_total") ?? 0;
    const lines = text.slice(filled).trimEnd().split("\n");
    expect(lines.filter((line) => !/^time=\S+ level=(info|warn) msg=/.test(line))).toEqual([]);
    if (signals >= 10_000) expect(dropped).toBeGreaterThan(0);
    expect(await daemon.stop("SIGTERM", 3000 * PATIENCE)).toEqual({ code: 0, signal: null });
    return { signals, "lines kept": lines.length, "lines dropped": dropped, "MB more": Math.round(grown) };
  } finally {
    closeSync(reader);
  }
}

/** The smallest ring there is: what it cannot hold is told and counted, nothing is counted wrong. */
export async function overrunSmallRing(lookups: number): Promise<Figures> {
  await using pair = await forwardingPair();
  await using daemon = await startBackend(["--web.enable-stream", "--stream.ring-size=64KiB"]);
  await using stream = await openCountingStream(daemon, "sse", { netns: pair.host.name, dst: pair.address.peer.ipv4 });
  const before = await daemon.scrape();
  await Promise.all([0, 1].map((cpu) => floodLookups({ ...route(pair), count: lookups / 2, cpu })));
  const { delivered, dropped } = await stream.accountedFor(lookups);
  const after = await daemon.scrape();
  const inRing = delta(before, after, "tablesnoop_events_dropped_total", { stage: "ringbuf" });
  expect(routeGrowth(before, after, pair.host.name)).toEqual(found(lookups));
  expect(inRing).toBeGreaterThan(0);
  expect(delta(before, after, "tablesnoop_events_dropped_total")).toBe(dropped);
  expect(delta(before, after, "tablesnoop_stream_lines_total")).toBe(delivered);
  return { made: lookups, delivered, "no room in the ring": inRing };
}

const COUNTERS = 64;

export interface OverrunOptions {
  readonly tables: number;
  readonly calls: number;
}

/** Far more keys than counters, met on all CPUs at once: detail and overflow together are every lookup. */
export async function overrunCounters({ tables, calls }: OverrunOptions): Promise<Figures> {
  await using pair = await forwardingPair();
  const ids = Array.from({ length: tables }, (_, at) => 1001 + at);
  const lines = ids.flatMap((id) => [
    `route add blackhole fd74:fffe::/64 table ${id}`,
    `rule add pref ${id} to fd74:ffff::/32 table ${id}`,
  ]);
  await pair.host.exec("ip", ["-6", "-batch", "-"], { input: `${lines.join("\n")}\n` });
  await using daemon = await startBackend([`--counters.max=${COUNTERS}`]);
  const before = await daemon.scrape();
  // Every call asks every table in vain: local, those of the rules, main.
  const one = { netns: pair.host, device: "host-peer", destinations: ["fd74:ffff::7"], count: calls };
  await Promise.all([0, 1].map((cpu) => floodLookups({ ...one, cpu })));
  const after = await daemon.scrape();
  const made = 2 * calls * (tables + 2);
  // Nothing but us speaks IPv6 here.
  const overflow = delta(before, after, "tablesnoop_counter_overflow_total", { family: "ipv6" });
  const detail = sumOf(routeGrowth(before, after, pair.host.name));
  expect(detail + overflow).toBe(made);
  expect(overflow).toBeGreaterThan(0);
  // A key that found room keeps it: it has all its lookups, or none.
  expect(detail % (2 * calls)).toBe(0);
  return { made, "in detail": detail, overflow };
}

async function forwardingPair(): Promise<Pair> {
  const pair = await createPair();
  await pair.host.sysctl({ "net.ipv4.ip_forward": 1, "net.ipv6.conf.all.forwarding": 1 });
  return pair;
}

function route(pair: Pair) {
  return { netns: pair.host, device: "host-peer", destinations: [pair.address.peer.ipv4] };
}

function found(lookups: number) {
  return { [keyOf("ipv4", "main", "host-peer", "found")]: lookups };
}

function openFiles(pid: number): number {
  return Number(spawnSync("sh", ["-c", `ls /proc/${pid}/fd | wc -l`], { encoding: "utf8" }).stdout);
}

function scratchFolder() {
  const path = mkdtempSync(join(tmpdir(), "tablesnoop-torture-"));
  const remove = () => rmSync(path, { recursive: true, force: true });
  const forget = onProcessEnd(remove);
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      remove();
      forget();
    },
  };
}

/** Lets nothing more into the pipe; returns how much is in it. */
function fillPipe(pipe: string): number {
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

function readPipe(reader: number): string {
  const buffer = Buffer.alloc(MIB);
  try {
    return buffer.toString("utf8", 0, readSync(reader, buffer));
  } catch (error) {
    if (codeOf(error) === "EAGAIN") return "";
    throw error;
  }
}
