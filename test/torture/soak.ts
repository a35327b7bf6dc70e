// Everything at once for a long time, at a pace that two cores bear: paced floods, scrapes, pages, listeners that stay and
// that come and go, namespaces that come and go. What the daemon takes at the end is what it took at the start.

import { cpus } from "node:os";
import { expect } from "vitest";

import { BACKEND } from "../support/backend.js";
import { Disposal } from "../support/disposal.js";
import { createPair } from "../support/networks/topology.js";
import { PATIENCE } from "../support/pace.js";
import { answerToSignal } from "../support/processes/answer_to_signal.js";
import { TABLESNOOPD } from "../support/processes/built_programs.js";
import { openCountingStream } from "../support/processes/counting_stream.js";
import { type DaemonProcess, startDaemon } from "../support/processes/daemon_process.js";
import { cpuSecondsOf, descriptorsOf } from "../support/processes/resources.js";
import { projectPath } from "../support/project_path.js";
import { repeat, startFlood, startScrapes } from "../support/traffic/background_load.js";
import { keyOf, routeGrowth } from "../support/truth/growth.js";
import { delta, value } from "../support/truth/scrape.js";
import { waitUntil } from "../support/wait_until.js";
import type { Figures } from "./figures.js";
import { comeAndGo, GUEST_LOOKUPS } from "./flood.js";
import { createWaves, live } from "./waves.js";

export interface SoakOptions {
  readonly minutes: number;
}

/** V8's young generation has its full size at once, not only after some minutes. */
const NODE_FLAGS = ["--min-semi-space-size=16", "--expose-gc", "--import", projectPath("test/torture/collect.mjs")];
const RATE = 10_000;
const NAMESPACES = 20;
/** Share of the time at the begin that is for what is made once and kept, and over which figures are then taken. */
const PART = 0.2;
/** What may not grow. Times depend on who else uses the machine: they are figures, not verdicts. */
const MOST_MORE = { megabytes: 25, descriptors: 4 } as const;

interface Taken {
  /** Resident, without garbage and room for it. */
  readonly megabytes: number;
  readonly descriptors: number;
  readonly cpuPercent: number;
  /** The 99th percentile of the event loop's delay, the worst of the time. */
  readonly loopMs: number;
}

export async function soak({ minutes }: SoakOptions): Promise<Figures> {
  const flags = [`--probe=${BACKEND}`, "--web.enable-stream", "--series.expiry=10s", "--failure-window=10s"];
  const command = [process.execPath, ...NODE_FLAGS, TABLESNOOPD];
  await using daemon = await startDaemon(flags, { timeoutMs: 20_000 * PATIENCE, command });
  await using pair = await createPair();
  await pair.host.sysctl({ "net.ipv4.ip_forward": 1 });
  const { peer, nowhere } = pair.address;
  await using load = new Disposal();
  const stays = load.use(await openCountingStream(daemon, "json", { netns: pair.host.name, dst: peer.ipv4 }));
  const before = await daemon.scrape();
  const route = { netns: pair.host, device: "host-peer", destinations: [peer.ipv4] };
  const floods = cpus().map((_, cpu) => load.use(startFlood({ ...route, count: RATE, rate: RATE, cpu })));
  const scrapes = load.use(startScrapes(daemon, 1000));
  const pages = load.use(repeat(() => readPages(daemon), 1000));
  let guests = 0;
  const guest = { dst: nowhere.ipv4.replace(/\.\d+$/, ".101"), cpu: 0 };
  const coming = load.use(
    repeat(async () => {
      await comeAndGo(daemon, pair, { ...guest, format: guests % 2 === 0 ? "text" : "sse" });
      guests += 1;
    }, 2000),
  );
  const waves = load.use(await createWaves(NAMESPACES));
  let rounds = 0;
  const churning = load.use(
    repeat(async () => {
      await live(daemon, waves, rounds % 2 === 0 ? 11 : 7);
      rounds += 1;
    }, 1000),
  );

  const part = minutes * 60 * PART;
  await pass(part);
  const start = await takeOver(daemon, part);
  await pass(minutes * 60 * (1 - 3 * PART));
  const end = await takeOver(daemon, part);

  await churning.stop();
  await coming.stop();
  await pages.stop();
  const { count, worstMs } = await scrapes.stop();
  const made = (await Promise.all(floods.map((flood) => flood.stop()))).reduce((sum, calls) => sum + calls, 0);
  const { dropped } = await stays.accountedFor(made);
  const after = await daemon.scrape();
  expect(routeGrowth(before, after, pair.host.name)).toEqual({
    [keyOf("ipv4", "main", "host-peer", "found")]: made,
    [keyOf("ipv4", "main", "", "no_route")]: guests * GUEST_LOOKUPS,
  });
  expect(delta(before, after, "tablesnoop_read_errors_total")).toBe(0);
  expect(delta(before, after, "tablesnoop_counter_overflow_total")).toBe(0);
  const figures: Record<string, string | number> = {};
  for (const key of ["megabytes", "descriptors", "cpuPercent", "loopMs"] as const) {
    figures[key] = `${start[key].toFixed(1)} → ${end[key].toFixed(1)}`;
  }
  for (const key of ["megabytes", "descriptors"] as const) {
    expect(end[key] - start[key], `${key}: ${start[key]} at the start, ${end[key]} at the end`).toBeLessThan(
      MOST_MORE[key],
    );
  }
  const namespaces = rounds * NAMESPACES;
  return {
    ...figures,
    minutes,
    made,
    dropped,
    guests,
    namespaces,
    scrapes: count,
    "worst scrape, ms": Math.round(worstMs),
  };
}

async function readPages(daemon: DaemonProcess): Promise<void> {
  for (const path of ["/", "/api/lookups", "/api/history", "/api/failures", "/-/ready"]) {
    const answer = await fetch(`${daemon.url}${path}`);
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`read ${path}: status ${answer.status}`);
  }
}

/** What it takes in these seconds: means, but for the loop. */
async function takeOver(daemon: DaemonProcess, seconds: number): Promise<Taken> {
  const begin = { at: performance.now(), cpu: cpuSecondsOf(daemon.pid) };
  const megabytes = await megabytesKept(daemon);
  const descriptors: number[] = [];
  let loopMs = 0;
  while (performance.now() - begin.at < 1000 * seconds) {
    await pass(Math.min(5, seconds / 4));
    descriptors.push(descriptorsOf(daemon.pid));
    loopMs = Math.max(loopMs, 1000 * (value(await daemon.scrape(), "nodejs_eventloop_lag_p99_seconds") ?? 0));
  }
  const wall = (performance.now() - begin.at) / 1000;
  const cpuPercent = (100 * (cpuSecondsOf(daemon.pid) - begin.cpu)) / wall;
  return { megabytes, descriptors: mean(descriptors), cpuPercent, loopMs };
}

async function megabytesKept(daemon: DaemonProcess): Promise<number> {
  return (await answerToSignal(daemon, /^keeps (\d+) bytes$/gm, { timeoutMs: 20_000 * PATIENCE })) / 1e6;
}

/** The load goes on meanwhile; what of it failed shows when it is stopped. */
async function pass(seconds: number): Promise<void> {
  const end = performance.now() + 1000 * seconds;
  await waitUntil("the time is over", () => performance.now() >= end, {
    timeoutMs: 1000 * seconds + 10_000,
    intervalMs: 100,
  });
}

function mean(figures: readonly number[]): number {
  return figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
}
