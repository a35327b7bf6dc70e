// Every lookup is counted once, under the namespace, table, egress and result it really had: against what bpftrace saw
// of a few sends, and against the number of lookups a flood was asked for.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startBackend } from "../support/backend.js";
import { createPair, type Pair } from "../support/networks/topology.js";
import { FLOOD, PATIENCE } from "../support/pace.js";
import type { DaemonProcess } from "../support/processes/daemon_process.js";
import { floodLookups } from "../support/traffic/flood.js";
import { send, startSink } from "../support/traffic/send.js";
import { countTraced, startGroundTruth, type TracedLookup } from "../support/truth/ground_truth.js";
import { type Growth, routeGrowth, tracedGrowth } from "../support/truth/growth.js";
import { delta } from "../support/truth/scrape.js";

const SENDS = 23;
const PORT = 7001;

let daemon: DaemonProcess;
let pair: Pair;

beforeAll(async () => {
  daemon = await startBackend();
  pair = await createPair();
}, 60_000 * PATIENCE);

afterAll(async () => {
  await pair?.remove();
  await daemon?.stop();
});

describe.each(["ipv4", "ipv6"] as const)("23 sends that find a route and 23 that do not, %s", (family) => {
  let traced: TracedLookup[];
  let host: Growth;
  let peer: Growth;

  beforeAll(async () => {
    await using _sink = await startSink(pair.peer, PORT);
    const truth = await startGroundTruth(pair.prefixes);
    const before = await daemon.scrape();
    const to = { routable: pair.address.peer[family], unroutable: pair.address.nowhere[family] };
    expect(await send(pair.host, "udp", { to: to.routable, count: SENDS, port: PORT })).toMatchObject({ sent: SENDS });
    expect((await send(pair.host, "udp", { to: to.unroutable, count: SENDS, port: PORT })).errors).toEqual({
      ENETUNREACH: SENDS,
    });
    const after = await daemon.scrape();
    traced = await truth.stop();
    host = routeGrowth(before, after, pair.host.name);
    peer = routeGrowth(before, after, pair.peer.name);
  }, 60_000 * PATIENCE);

  test("the ground truth saw each send", () => {
    const found = { family, destination: pair.address.peer[family], device: "host-peer", error: 0 } as const;
    expect(countTraced(traced, found)).toBe(SENDS);
    const missed = traced.filter(({ destination }) => destination === pair.address.nowhere[family]);
    expect(countTraced(missed, { family, table: 254 })).toBeGreaterThanOrEqual(SENDS);
    expect(countTraced(missed, { error: 0 })).toBe(0);
  });

  test("the sender's series grow by exactly the lookups the kernel made there, and no other of its series grows", () => {
    // Only the sender fails: the receiver finds its own address at once.
    expect(host).toEqual(tracedGrowth(traced.filter(({ device }) => device === "" || device === "host-peer")));
  });

  test("the receiver's series grow by its own lookups alone", () => {
    expect(peer).toEqual(tracedGrowth(traced.filter(({ device }) => device !== "" && device !== "host-peer")));
  });
});

describe.each([
  // Off the host, IPv6 asks the table local first; IPv4 keeps local merged into main until there is a rule.
  { family: "ipv4", lookupsPerCall: 1 },
  { family: "ipv6", lookupsPerCall: 2 },
] as const)("a flood on two CPUs at once, $family", ({ family, lookupsPerCall }) => {
  test(`${FLOOD} lookups are counted, not one more or less`, { timeout: 120_000 * PATIENCE }, async () => {
    await pair.host.sysctl({ "net.ipv4.ip_forward": 1, "net.ipv6.conf.all.forwarding": 1 });
    const before = await daemon.scrape();
    const calls = Math.floor(FLOOD / lookupsPerCall / 2);
    const runs = await Promise.all(
      [0, 1].map((cpu) =>
        floodLookups({
          netns: pair.host,
          device: "host-peer",
          destinations: [pair.address.peer[family], pair.address.nowhere[family]],
          count: calls,
          cpu,
        }),
      ),
    );
    const after = await daemon.scrape();

    const answered = (answer: number) => runs.reduce((sum, { answers }) => sum + (answers[answer] ?? 0), 0);
    const [hits, misses] = [answered(0), answered(4)];
    expect(hits + misses).toBe(2 * calls);
    expect(routeGrowth(before, after, pair.host.name)).toEqual({
      [`${family} main host-peer found`]: hits,
      [`${family} main - no_route`]: misses,
      ...(lookupsPerCall === 2 && { "ipv6 local - no_route": 2 * calls }),
    });
    expect(delta(before, after, "tablesnoop_counter_overflow_total")).toBe(0);
    expect(delta(before, after, "tablesnoop_probe_skipped_total", { probe: "fib_table_lookup" })).toBe(0);
    expect(delta(before, after, "tablesnoop_probe_skipped_total", { probe: "fib6_table_lookup" })).toBe(0);
  });
});
