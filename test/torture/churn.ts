// Namespaces that come and go in waves, under names used again, each with devices, tables, rules and known traffic, while
// all CPUs are flooded and the daemon is scraped.

import { cpus } from "node:os";
import { expect } from "vitest";
import { startBackend } from "../support/backend.js";
import { createPair } from "../support/networks/topology.js";
import { PATIENCE } from "../support/pace.js";
import type { DaemonProcess } from "../support/processes/daemon_process.js";
import { livingMaps, mapsOf } from "../support/processes/programs.js";
import { descriptorsOf, megabytesOf } from "../support/processes/resources.js";
import { startFlood, startScrapes } from "../support/traffic/background_load.js";
import { delta, type Sample, total } from "../support/truth/scrape.js";
import { riseOf } from "../support/truth/slope.js";
import { waitUntil } from "../support/wait_until.js";
import type { Figures } from "./figures.js";
import { createWaves, live, type Waves } from "./waves.js";

export interface ChurnOptions {
  /** Each round makes its namespaces twice under the same names, at once; then it waits until nothing is left of them. */
  readonly rounds: number;
  readonly namespaces: number;
  /** Of each flood, one on each CPU. */
  readonly lookupsPerSecond: number;
}

/** What may be added from the first judged round to the last, by the straight line through all of them. */
const MOST_RISE = { megabytes: 10, descriptors: 0.5, mapEntries: 2 } as const;

const EXPIRY_S = 6;
/** Counters that what the machine itself does may add meanwhile; a single wave of namespaces takes six for each. */
const MOST_FOREIGN_KEYS = 12;
/** For series to go after their time, and counters after a grace of two seconds; drains come every five. */
const GONE_MS = (EXPIRY_S + 25) * 1000 * PATIENCE;
const ROUTES = "tablesnoop_route_lookups_total";
const FLAGS = [`--series.expiry=${EXPIRY_S}s`, "--failure-window=5s"];

export async function churn({ rounds, namespaces, lookupsPerSecond }: ChurnOptions): Promise<Figures> {
  await using daemon = await startBackend(FLAGS);
  await using pair = await createPair();
  await pair.host.sysctl({ "net.ipv4.ip_forward": 1 });
  const first = await daemon.scrape();
  const flood = { netns: pair.host, device: "host-peer", destinations: [pair.address.peer.ipv4] };
  const paced = { ...flood, count: 2 * lookupsPerSecond, rate: lookupsPerSecond };
  const floods = cpus().map((_, cpu) => startFlood({ ...paced, cpu }));
  const scrapes = startScrapes(daemon, 250, unambiguous);
  const waves: Waves = await createWaves(namespaces);
  const figures: RoundFigures[] = [];
  try {
    const keys = await keysOf(daemon);
    for (let round = 0; round < rounds; round += 1) {
      for (const sends of [11, 7]) await live(daemon, waves, sends);
      await gone(daemon, waves, keys);
      figures.push(await figuresOf(daemon));
    }
    const { count, worstMs } = await scrapes.stop();
    const made = (await Promise.all(floods.map((load) => load.stop()))).reduce((sum, calls) => sum + calls, 0);
    const last = await daemon.scrape();

    expect(delta(first, last, ROUTES, { netns: pair.host.name })).toBe(made);
    for (const name of ["tablesnoop_counter_overflow_total", "tablesnoop_read_errors_total"]) {
      expect(delta(first, last, name), name).toBe(0);
    }
    expect(total(last, "tablesnoop_inventory_omitted")).toBe(0);
    expect(daemon.exit()).toBeUndefined();
    const rises = flat(figures);
    return {
      namespaces: 2 * rounds * namespaces,
      flooded: made,
      scrapes: count,
      "worst scrape, ms": Math.round(worstMs),
      ...rises,
    };
  } finally {
    await scrapes[Symbol.asyncDispose]();
    for (const load of floods) await load[Symbol.asyncDispose]();
    await waves[Symbol.asyncDispose]();
  }
}

/** One namespace to a name, whatever comes and goes. */
function unambiguous(samples: readonly Sample[]): void {
  const names = samples.filter(({ name }) => name === "tablesnoop_netns_info").map(({ labels: { netns } }) => netns);
  if (new Set(names).size !== names.length) throw new Error(`read tablesnoop_netns_info: a name twice in ${names}`);
}

/** The names are gone at once, the series after their time, and the kernel's counters after that. */
async function gone(daemon: DaemonProcess, waves: Waves, keys: number): Promise<void> {
  const isOurs = ({ labels: { netns = "" } }: Sample) => waves.names.includes(netns);
  const shown = (await daemon.scrape()).filter(isOurs);
  expect(shown.filter(({ name }) => name === "tablesnoop_netns_info")).toEqual([]);
  const limits = { timeoutMs: GONE_MS, intervalMs: 500 };
  await waitUntil("no series of a dead namespace is shown", async () => !(await daemon.scrape()).some(isOurs), limits);
  let now = 0;
  await waitUntil(
    "the kernel's counters are given back",
    async () => {
      now = await keysOf(daemon);
      return now <= keys + MOST_FOREIGN_KEYS;
    },
    limits,
  ).catch((cause: unknown) => {
    throw new Error(`${String(cause)}: ${now} keys, ${keys} at the start`, { cause });
  });
}

interface RoundFigures {
  readonly megabytes: number;
  readonly descriptors: number;
  readonly mapEntries: number;
}

async function figuresOf(daemon: DaemonProcess): Promise<RoundFigures> {
  return {
    megabytes: megabytesOf(daemon.pid),
    descriptors: descriptorsOf(daemon.pid),
    mapEntries: await keysOf(daemon),
  };
}

async function keysOf({ pid }: DaemonProcess): Promise<number> {
  const maps = await livingMaps(mapsOf(pid));
  const index = maps.find(({ name }) => name === "key_index");
  if (index === undefined) throw new Error(`find the map key_index: there are ${maps.map(({ name }) => name)}`);
  return index.entries;
}

/** The first third is for what is made once and kept, such as the heap's room. */
function flat(rounds: readonly RoundFigures[]): Figures {
  const judged = rounds.slice(Math.floor(rounds.length / 3));
  const figures: Record<string, string> = {};
  for (const key of ["megabytes", "descriptors", "mapEntries"] as const) {
    const row = judged.map((round) => round[key]);
    const rise = judged.length < 2 ? 0 : riseOf(row);
    expect(rise, `${key} of the rounds: ${row}`).toBeLessThanOrEqual(MOST_RISE[key]);
    figures[key] = `${Math.round(row[0] ?? 0)} → ${Math.round(row.at(-1) ?? 0)}`;
  }
  return figures;
}
