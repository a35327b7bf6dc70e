// Which destinations fail, sampled in the kernel: exact while few do, an estimate that keeps its size and its cost when many
// do.

import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { FailedDestination } from "../../daemon/metrics/failed_destinations.js";
import type { FailedDestinationRows, Session } from "../../daemon/native/session.js";
import { loadAddon, SESSION_OPTIONS } from "../support/addon.js";
import { startBackend } from "../support/backend.js";
import type { DaemonProcess } from "../support/daemon_process.js";
import { floodLookups } from "../support/flood.js";
import { keyOf, routeGrowth } from "../support/growth.js";
import type { Netns } from "../support/netns.js";
import { FLOOD, PATIENCE } from "../support/pace.js";
import { send, startSink } from "../support/send.js";
import { createPair, type Pair } from "../support/topology.js";
import { waitUntil } from "../support/wait_until.js";

const SENDS = 23;
const PORT = 7001;
/** As a flood takes at most. */
const MANY = 1024;
/** More destinations than the kernel's map has entries, on this machine's CPUs and any guest's. */
const ROUNDS = 6;

let daemon: DaemonProcess;
let pair: Pair;

beforeAll(async () => {
  daemon = await startBackend(["--web.enable-stream"]);
  pair = await createPair();
  for (const netns of [pair.host, pair.peer]) {
    await netns.sysctl({ "net.ipv4.ip_forward": 1, "net.ipv6.conf.all.forwarding": 1 });
  }
  // From the first rule on IPv4 has a table local of its own.
  await pair.host.ip("rule add pref 100 to 198.51.100.0/24 table 100");
}, 60_000 * PATIENCE);

afterAll(async () => {
  await pair?.remove();
  await daemon?.stop();
});

async function failuresOf(netns: Netns): Promise<FailedDestination[]> {
  const response = await fetch(`${daemon.url}/api/failures?limit=200`);
  const { sampledOneIn, destinations } = (await response.json()) as {
    sampledOneIn: number;
    destinations: FailedDestination[];
  };
  expect(sampledOneIn).toBe(1);
  return destinations.filter((row) => row.netns === netns.name);
}

/** Waits for a destination's first row with so many lookups or more. */
function waitForRow(netns: Netns, destination: string, lookups: number): Promise<FailedDestination> {
  return waitUntil(
    `${destination} is shown`,
    async () => (await failuresOf(netns)).find((row) => row.destination === destination && row.lookups >= lookups),
    { timeoutMs: 10_000 * PATIENCE, intervalMs: 200 },
  );
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
  test(`${SENDS} sends to one destination show up as exactly the lookups the counters grew by`, async () => {
    const to = nowhere(family, 11);
    const before = await daemon.scrape();
    expect((await send(pair.host, "udp", { to, count: SENDS })).errors).toEqual({ ENETUNREACH: SENDS });
    const growth = routeGrowth(before, await daemon.scrape(), pair.host.name);
    const lookups = growth[keyOf(family, "main", "", "no_route")] ?? 0;
    expect(lookups).toBeGreaterThanOrEqual(SENDS);
    expect(await waitForRow(pair.host, to, lookups)).toMatchObject({
      family,
      table: "main",
      result: "no_route",
      lookups,
    });
  });

  test("the same destination in two namespaces is two rows", async () => {
    const to = nowhere(family, 12);
    await lookUp(pair.host, [to], 5);
    await lookUp(pair.peer, [to], 7);
    expect((await waitForRow(pair.host, to, 5)).lookups).toBe(5);
    expect((await waitForRow(pair.peer, to, 7)).lookups).toBe(7);
  });

  test("a reject route has its own result", async () => {
    const to = nowhere(family, 13);
    await pair.host.exec("ip", [family === "ipv6" ? "-6" : "-4", "route", "add", "prohibit", to]);
    await lookUp(pair.host, [to], 3);
    expect(await waitForRow(pair.host, to, 3)).toMatchObject({ result: "prohibit", lookups: 3 });
  });

  test("what is found leaves no row, though the table local was asked in vain before", async () => {
    await using _sink = await startSink(pair.peer, PORT);
    const to = pair.address.peer[family];
    expect(await send(pair.host, "udp", { to, count: SENDS, port: PORT })).toMatchObject({ sent: SENDS });
    const last = nowhere(family, 14);
    await lookUp(pair.host, [last], 1);
    await waitForRow(pair.host, last, 1);
    const rows = await failuresOf(pair.host);
    expect(rows.filter(({ destination, table }) => destination === to || table === "local")).toEqual([]);
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
      const others = Array.from({ length: MANY }, (_, at) => `198.18.${4 * round + (at >> 8)}.${at & 255}`);
      await lookUp(pair.host, others, MANY);
      await lookUp(pair.host, [frequent], MANY);
    }
    const rows = session.failedDestinations();
    expect(rows.destination.length).toBeLessThanOrEqual(MANY);
    expect(top(rows).destination).toBe(frequent);
    expect(Math.abs(top(rows).count / (ROUNDS * MANY) - 1)).toBeLessThan(0.2);
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
