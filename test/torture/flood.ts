// A flood on all CPUs while the daemon is scraped, its configuration is read again, and listeners of every format come, stay
// and go. Every listener accounts for every lookup that was made for it while it listened.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import type { LineFormat } from "../../daemon/native/session.js";
import { startBackend } from "../support/backend.js";
import { onProcessEnd } from "../support/cleanup.js";
import { Disposal } from "../support/disposal.js";
import { createPair, type Pair } from "../support/networks/topology.js";
import { PATIENCE } from "../support/pace.js";
import { type Account, type CountingStream, openCountingStream } from "../support/processes/counting_stream.js";
import type { DaemonProcess } from "../support/processes/daemon_process.js";
import { megabytesOf } from "../support/processes/resources.js";
import { repeat, startFlood, startScrapes } from "../support/traffic/background_load.js";
import { floodLookups } from "../support/traffic/flood.js";
import { keyOf, routeGrowth } from "../support/truth/growth.js";
import { delta, value } from "../support/truth/scrape.js";
import { waitUntil } from "../support/wait_until.js";
import type { Figures } from "./figures.js";

export interface FloodOptions {
  readonly seconds: number;
}

const FORMATS: readonly LineFormat[] = ["text", "json", "sse"];

const LINES = "tablesnoop_stream_lines_total";
const DROPPED = "tablesnoop_events_dropped_total";
/** Of one run of a flood on one CPU: a second or so. A third goes to each listener that stays. */
const RUN = 900_000;
/** For each listener that comes and goes. */
export const GUEST_LOOKUPS = 20_000;
/** Beside the floods and everything else on two CPUs. */
const SLOWEST_SCRAPE_MS = 5_000 * PATIENCE;
/** Four queues of 4 MiB, the ring of 8, a scrape or two, and room for a heap under load; the unit grants 512. */
const MOST_MEGABYTES = 400;

export async function floodAllCpus({ seconds }: FloodOptions): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), "tablesnoop-torture-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const forget = onProcessEnd(remove);
  const config = join(folder, "web.yml");
  writeFileSync(config, "{}\n");
  try {
    await using daemon = await startBackend(["--web.enable-stream", `--web.config.file=${config}`]);
    await using pair = await createPair();
    await pair.host.sysctl({ "net.ipv4.ip_forward": 1 });
    return await flood(daemon, pair, seconds, config);
  } finally {
    remove();
    forget();
  }
}

async function flood(daemon: DaemonProcess, pair: Pair, seconds: number, config: string): Promise<Figures> {
  const { peer, nowhere } = pair.address;
  const base = { netns: pair.host, device: "host-peer" };
  const query = { netns: pair.host.name, kind: "route" };
  await using stack = new Disposal();
  // Each lookup is one listener's, as what finds no room in the ring is one lookup lost, however many wanted it.
  const destinations = FORMATS.map((_, at) => peer.ipv4.replace(/\.\d+$/, `.${101 + at}`));
  const stay: CountingStream[] = [];
  for (const [at, format] of FORMATS.entries()) {
    stay.push(stack.use(await openCountingStream(daemon, format, { ...query, dst: destinations[at] ?? "" })));
  }
  const before = await daemon.scrape();
  const floods = cpus().map((_, cpu) => stack.use(startFlood({ ...base, destinations, count: RUN, cpu })));
  const scrapes = stack.use(startScrapes(daemon, 250));
  let reloads = 0;
  const reloading = stack.use(
    repeat(async () => {
      reloads += 1;
      await reload(daemon, config, reloads);
    }, 200),
  );
  const guests: Account[] = [];
  let came = 0;
  const coming = FORMATS.map((format, at) =>
    stack.use(
      repeat(async () => {
        // Another one each time: a busy daemon hears late that a guest has gone, and would give lines to nobody.
        const dst = nowhere.ipv4.replace(/\.\d+$/, `.${1 + (came++ % 250)}`);
        guests.push(await comeAndGo(daemon, pair, { format, dst, cpu: at % cpus().length }));
      }, 0),
    ),
  );

  const end = performance.now() + 1000 * seconds;
  await waitUntil("the time is over", () => performance.now() >= end, { timeoutMs: 2000 * seconds, intervalMs: 100 });
  for (const load of coming) await load.stop();
  const made = (await Promise.all(floods.map((load) => load.stop()))).reduce((sum, calls) => sum + calls, 0);
  await reloading.stop();
  const { count, worstMs } = await scrapes.stop();
  const accounts = await Promise.all(stay.map((stream) => stream.accountedFor(made / FORMATS.length)));
  const after = await daemon.scrape();

  // Nothing was still to come when they were asked.
  expect(stay.map((stream) => stream.account())).toEqual(accounts);
  const all = [...accounts, ...guests];
  expect(routeGrowth(before, after, pair.host.name)).toEqual({
    [keyOf("ipv4", "main", "host-peer", "found")]: made,
    [keyOf("ipv4", "main", "", "no_route")]: GUEST_LOOKUPS * guests.length,
  });
  expect(delta(before, after, LINES)).toBe(sum(all.map(({ delivered }) => delivered)));
  expect(delta(before, after, DROPPED)).toBe(sum(all.map(({ dropped }) => dropped)));
  expect(delta(before, after, DROPPED, { stage: "decode" })).toBe(0);
  expect(delta(before, after, "tablesnoop_probe_skipped_total")).toBe(0);
  expect(value(after, "tablesnoop_config_last_reload_successful")).toBe(1);
  expect(guests.length).toBeGreaterThanOrEqual(FORMATS.length);
  expect(worstMs).toBeLessThan(SLOWEST_SCRAPE_MS);
  const peak = megabytesOf(daemon.pid, "VmHWM");
  expect(peak).toBeLessThan(MOST_MEGABYTES);
  return {
    flooded: made,
    "delivered to three": sum(accounts.map(({ delivered }) => delivered)),
    "came and went": guests.length,
    reloads,
    scrapes: count,
    "worst scrape, ms": Math.round(worstMs),
    "peak MB": Math.round(peak),
  };
}

export interface Guest {
  readonly format: LineFormat;
  /** Its own: looked up so often while it listens, and not once more. */
  readonly dst: string;
  readonly cpu: number;
}

/** A listener that comes, hears of each of its lookups or that it is lost, and goes. */
export async function comeAndGo(daemon: DaemonProcess, pair: Pair, { format, dst, cpu }: Guest): Promise<Account> {
  const query = { netns: pair.host.name, kind: "route", dst };
  await using guest = await openCountingStream(daemon, format, query);
  await floodLookups({ netns: pair.host, device: "host-peer", destinations: [dst], count: GUEST_LOOKUPS, cpu });
  // Awaited here, as the guest goes when this function returns.
  return await guest.accountedFor(GUEST_LOOKUPS).catch(async (cause: unknown) => {
    const told = (await daemon.scrape()).filter(({ name }) => /^tablesnoop_(stream|events|probe_skipped)_/.test(name));
    const metrics = told.map(({ name, labels, value }) => `${name}${JSON.stringify(labels)} ${value}`);
    throw new Error(`${String(cause)}; the daemon says ${metrics.join(", ")}`, { cause });
  });
}

/** By a file that says something else each time; returns once the daemon took it. */
async function reload(daemon: DaemonProcess, config: string, time: number): Promise<void> {
  const stamp = "tablesnoop_config_last_reload_success_timestamp_seconds";
  const before = value(await daemon.scrape(), stamp);
  writeFileSync(
    config,
    `http_server_config:\n  headers:\n    Content-Security-Policy: "default-src 'none'; report-uri /${time}"\n`,
  );
  process.kill(daemon.pid, "SIGHUP");
  await waitUntil("the configuration was read again", async () => value(await daemon.scrape(), stamp) !== before, {
    timeoutMs: 20_000 * PATIENCE,
    intervalMs: 100,
  });
}

function sum(counts: readonly number[]): number {
  return counts.reduce((all, count) => all + count, 0);
}
