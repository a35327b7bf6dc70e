// The kernel's counter map when it is small: what namespaces leave behind is given back, and what finds no room is
// counted all the same.

import { afterAll, beforeAll, expect, test } from "vitest";
import { startBackend } from "../support/backend.js";
import { createNetns, type Netns } from "../support/networks/netns.js";
import { PATIENCE } from "../support/pace.js";
import type { DaemonProcess } from "../support/processes/daemon_process.js";
import { send } from "../support/traffic/send.js";
import { countTraced, startGroundTruth } from "../support/truth/ground_truth.js";
import { routeGrowth, sumOf } from "../support/truth/growth.js";
import { delta, type Sample } from "../support/truth/scrape.js";
import { waitUntil } from "../support/wait_until.js";

const SENDS = 23;
const COUNTERS = 256;
/** Each costs a counter; a namespace with as many leaves room for what else the machine does. */
const TABLES = 101;
const ROUNDS = 3;
/** From the last series of a dead namespace to the release of its counters. */
const RELEASE_MS = 3000;
const OVERFLOW = "tablesnoop_counter_overflow_total";
// Only IPv6 is judged here: it asks the tables one after the other, and other traffic on the machine is mostly IPv4.
const PREFIX = "fd74:ffff::/32";
const NOWHERE = "fd74:ffff::7";

let daemon: DaemonProcess;

beforeAll(async () => {
  daemon = await startBackend([`--counters.max=${COUNTERS}`, "--series.expiry=1s"]);
}, 60_000 * PATIENCE);

afterAll(async () => {
  await daemon?.stop();
});

/** Every send asks one table after the other, and all of them in vain. */
async function createNetnsWithTables(): Promise<Netns> {
  const netns = await createNetns("tables");
  const ids = Array.from({ length: TABLES }, (_, at) => 1001 + at);
  const lines = [
    ...ids.map((id) => `route add blackhole fd74:fffe::/64 table ${id}`),
    ...ids.map((id) => `rule add pref ${id} to ${PREFIX} table ${id}`),
  ];
  await netns.exec("ip", ["-6", "-batch", "-"], { input: `${lines.join("\n")}\n` });
  return netns;
}

function lookupSeries(samples: readonly Sample[], netns: Netns): Sample[] {
  return samples.filter(
    ({ name, labels: { netns: label } }) => name.endsWith("_lookups_total") && label === netns.name,
  );
}

async function waitUntilReleased(netns: Netns): Promise<void> {
  const goneAt = await waitUntil(
    "the dead namespace has no counters",
    // The ratio gauges stay as long as their window, which is about the past.
    async () => lookupSeries(await daemon.scrape(), netns).length === 0 && performance.now(),
    { timeoutMs: 20_000 * PATIENCE, intervalMs: 200 },
  );
  await waitUntil(
    "its counters are given back",
    async () => (await daemon.scrape()) && performance.now() - goneAt > RELEASE_MS,
    { timeoutMs: 10_000 * PATIENCE, intervalMs: 500 },
  );
}

test(`namespaces that need more than ${COUNTERS} counters one after the other are all counted in detail`, {
  timeout: 90_000 * PATIENCE,
}, async () => {
  const first = await daemon.scrape();
  for (let round = 1; round <= ROUNDS; round += 1) {
    await using netns = await createNetnsWithTables();
    const truth = await startGroundTruth([PREFIX]);
    const before = await daemon.scrape();
    await send(netns, "udp", { to: NOWHERE, count: SENDS });
    const after = await daemon.scrape();
    const traced = await truth.stop();
    const growth = routeGrowth(before, after, netns.name);

    expect(sumOf(growth)).toBe(countTraced(traced));
    expect(Object.keys(growth).length).toBeGreaterThan(TABLES);
    expect(delta(before, after, OVERFLOW, { family: "ipv6" })).toBe(0);
    await netns.remove();
    await waitUntilReleased(netns);
  }
  expect(delta(first, await daemon.scrape(), OVERFLOW, { family: "ipv6" })).toBe(0);
});

test("when the map is full, detail and overflow together are every lookup", {
  timeout: 90_000 * PATIENCE,
}, async () => {
  const netns: Netns[] = [];
  try {
    for (let at = 0; at < ROUNDS; at += 1) netns.push(await createNetnsWithTables());
    const truth = await startGroundTruth([PREFIX]);
    const before = await daemon.scrape();
    for (const part of netns) await send(part, "udp", { to: NOWHERE, count: SENDS });
    const after = await daemon.scrape();
    const traced = await truth.stop();

    const detail = netns.reduce((sum, { name }) => sum + sumOf(routeGrowth(before, after, name)), 0);
    const overflow = delta(before, after, OVERFLOW, { family: "ipv6" });
    expect(overflow).toBeGreaterThan(0);
    expect(detail).toBeGreaterThan(0);
    expect(detail + overflow).toBe(countTraced(traced));
  } finally {
    for (const part of netns) await part.remove();
  }
});
