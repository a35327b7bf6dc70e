// Which destinations fail, sampled in the kernel: exact while few do, an estimate that keeps its size and its cost when many
// do.

import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { FailedDestination, FailureReport } from "../../daemon/destinations/failed_destinations.js";
import type { FailedDestinationRows, Session } from "../../daemon/native/session.js";
import { loadAddon, SESSION_OPTIONS } from "../support/addon.js";
import { startBackend } from "../support/backend.js";
import type { Netns } from "../support/networks/netns.js";
import { createPair, type Pair } from "../support/networks/topology.js";
import { FLOOD, PATIENCE } from "../support/pace.js";
import type { DaemonProcess } from "../support/processes/daemon_process.js";
import { floodLookups } from "../support/traffic/flood.js";
import { send, startSink } from "../support/traffic/send.js";
import { type Growth, keyOf, routeGrowth } from "../support/truth/growth.js";
import { waitUntil } from "../support/wait_until.js";

const SENDS = 23;
const PORT = 7001;
/** As a flood takes at most. */
const MANY = 1024;
/** With three quarters of MANY each: more destinations than the kernel's map has entries on up to eight CPUs. */
const ROUNDS = 7;

let daemon: DaemonProcess;
let pair: Pair;

beforeAll(async () => {
  pair = await createPair();
  const shown = [pair.host, pair.peer].map(({ name }) => `--netns=${name}`);
  daemon = await startBackend(["--web.enable-stream", ...shown]);
  for (const netns of [pair.host, pair.peer]) {
    await netns.sysctl({ "net.ipv4.ip_forward": 1, "net.ipv6.conf.all.forwarding": 1 });
  }
  // From the first rule on IPv4 has a table local of its own.
  await pair.host.ip("rule add pref 100 to 198.51.100.0/24 table 100");
}, 60_000 * PATIENCE);

afterAll(async () => {
  await daemon?.stop();
  await pair?.remove();
});

async function failures(): Promise<readonly FailedDestination[]> {
  const response = await fetch(`${daemon.url}/api/failures?limit=200`);
  const report = (await response.json()) as FailureReport;
  expect(report.sampledOneIn).toBe(1);
  return report.destinations;
}

/** So many lookups in the table main, and nothing else. */
async function lookUp(netns: Netns, destinations: readonly string[], count: number, cpu = 0): Promise<void> {
  const device = netns === pair.host ? "host-peer" : "peer-host";
  await floodLookups({ netns, device, destinations, count, cpu, isDirect: true });
}

function nowhere(family: "ipv4" | "ipv6", last: number): string {
  return pair.address.nowhere[family].replace(/7$/, String(last));
}

describe.each(["ipv4", "ipv6"] as const)("%s", (family) => {
  const addresses = () => ({
    missed: nowhere(family, 11),
    inBoth: nowhere(family, 12),
    prohibited: nowhere(family, 13),
    found: pair.address.peer[family],
    last: nowhere(family, 14),
  });
  let growth: Growth;
  let rows: readonly FailedDestination[];

  beforeAll(async () => {
    await using _sink = await startSink(pair.peer, PORT);
    const { missed, inBoth, prohibited, found, last } = addresses();
    await pair.host.exec("ip", [family === "ipv6" ? "-6" : "-4", "route", "add", "prohibit", prohibited]);
    const before = await daemon.scrape();
    expect((await send(pair.host, "udp", { to: missed, count: SENDS })).errors).toEqual({ ENETUNREACH: SENDS });
    growth = routeGrowth(before, await daemon.scrape(), pair.host.name);
    expect(await send(pair.host, "udp", { to: found, count: SENDS, port: PORT })).toMatchObject({ sent: SENDS });
    await lookUp(pair.host, [inBoth], 5);
    await lookUp(pair.peer, [inBoth], 7);
    await lookUp(pair.host, [prohibited], 3);
    await lookUp(pair.host, [last], 1);
    rows = await waitUntil(
      "the last destination is shown",
      async () => {
        const now = await failures();
        return now.some(({ destination }) => destination === last) && now;
      },
      { timeoutMs: 10_000 * PATIENCE, intervalMs: 200 },
    );
  }, 60_000 * PATIENCE);

  function rowsOf(to: string): [netns: string, result: string, lookups: number][] {
    return rows
      .filter(({ destination }) => destination === to)
      .map(({ netns, result, lookups }) => [netns, result, lookups]);
  }

  test(`${SENDS} sends to one destination are exactly the lookups the counters grew by`, () => {
    const lookups = growth[keyOf(family, "main", "", "no_route")] ?? 0;
    expect(lookups).toBeGreaterThanOrEqual(SENDS);
    expect(rowsOf(addresses().missed)).toEqual([[pair.host.name, "no_route", lookups]]);
  });

  test("the same destination in two namespaces is two rows", () => {
    expect(rowsOf(addresses().inBoth)).toEqual([
      [pair.peer.name, "no_route", 7],
      [pair.host.name, "no_route", 5],
    ]);
  });

  test("a reject route has its own result", () => {
    expect(rowsOf(addresses().prohibited)).toEqual([[pair.host.name, "prohibit", 3]]);
  });

  test("what is found leaves no row, though the table local was asked in vain before", () => {
    expect(growth[keyOf(family, "local", "", "no_route")]).toBeGreaterThan(0);
    expect(rowsOf(addresses().found)).toEqual([]);
    expect(rows.filter(({ netns, table }) => netns === pair.host.name && table === "local")).toEqual([]);
  });
});

describe("a flood", () => {
  const { Session } = loadAddon();

  function openSession(): Session {
    const session = new Session(SESSION_OPTIONS);
    onTestFinished(() => session.close());
    session.sampleFailures(1);
    return session;
  }

  function top({ destination, count }: FailedDestinationRows): {
    readonly destination: string;
    readonly count: number;
  } {
    const most = count.reduce((best, value, at) => (value > (count[best] ?? 0) ? at : best), 0);
    return { destination: destination[most] ?? "", count: count[most] ?? 0 };
  }

  test("of more destinations than there is room for leaves the frequent one on top", {
    timeout: 60_000 * PATIENCE,
  }, async () => {
    const session = openSession();
    const frequent = pair.address.nowhere.ipv4;
    for (let round = 0; round < ROUNDS; round += 1) {
      const others = Array.from({ length: (3 * MANY) / 4 }, (_, at) => `198.18.${4 * round + (at >> 8)}.${at & 255}`);
      const both = [...others, ...new Array<string>(MANY / 4).fill(frequent)];
      await lookUp(pair.host, both, MANY);
    }
    const rows = session.failedDestinations();
    expect(rows.destination.length).toBeLessThanOrEqual(MANY);
    expect(top(rows).destination).toBe(frequent);
    expect(Math.abs(top(rows).count / (ROUNDS * (MANY / 4)) - 1)).toBeLessThan(0.2);
  });

  test.each(["ipv4", "ipv6"] as const)(
    "is sampled, and the estimates stay true, %s",
    {
      timeout: 120_000 * PATIENCE,
    },
    async (family) => {
      const session = openSession();
      const frequent = nowhere(family, 21);
      const others = Array.from({ length: MANY }, (_, at) =>
        family === "ipv4" ? `198.18.${at >> 8}.${at & 255}` : `fd74:18::${at}`,
      );
      const half = Math.floor(FLOOD / 2);
      await Promise.all([lookUp(pair.host, [frequent], half, 0), lookUp(pair.host, others, half, 1)]);
      const rows = session.failedDestinations();
      expect(rows.sampledOneIn).toBeGreaterThan(1);
      expect(top(rows).destination).toBe(frequent);
      expect(Math.abs(top(rows).count / half - 1)).toBeLessThan(0.2);
      expect(Math.abs(rows.lookups / (2 * half) - 1)).toBeLessThan(0.2);
      const again = session.failedDestinations();
      expect(again.destination).toEqual([]);
    },
  );

  test("leaves nothing while nobody samples", async () => {
    const session = new Session(SESSION_OPTIONS);
    onTestFinished(() => session.close());
    await lookUp(pair.host, [pair.address.nowhere.ipv4], 10_000);
    expect(session.failedDestinations()).toMatchObject({ destination: [], lookups: 0 });
  });
});
