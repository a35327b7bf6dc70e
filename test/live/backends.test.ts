// Both backends side by side on the same traffic: every series of route lookups is the same but for what the tracepoint
// backend cannot tell, which is the nexthop chosen among several. There the sums are the same.

import { afterAll, beforeAll, expect, test } from "vitest";
import { BACKEND } from "../support/backend.js";
import { linkVeth, type Netns } from "../support/networks/netns.js";
import { becomeQuiet, createLine, type Line } from "../support/networks/topology.js";
import { PATIENCE } from "../support/pace.js";
import { type DaemonProcess, startDaemon } from "../support/processes/daemon_process.js";
import { send, startSink } from "../support/traffic/send.js";
import { type Growth, keyOf, routeGrowth, sumOf } from "../support/truth/growth.js";
import type { Sample } from "../support/truth/scrape.js";

const SENDS = 23;
const PORT = 7003;
const FAMILIES = ["ipv4", "ipv6"] as const;
const REJECTING = ["unreachable", "prohibit", "blackhole", "throw"] as const;
const FLOWS = 12;

let line: Line;
let netns: readonly Netns[];
let exact: DaemonProcess;
let inferring: DaemonProcess;
let before: readonly Sample[][];
let after: readonly Sample[][];

const reason = BACKEND === "trampoline" ? "" : "needs a kernel that allows trampolines";

beforeAll(async () => {
  if (reason) return;
  line = await createLine();
  netns = [line.a, line.r, line.b];
  await secondPath();
  for (const [at, type] of REJECTING.entries()) {
    await line.r.ip(`route add ${type} 10.72.${at}.0/24`, `route add ${type} fd72:${at}::/32`);
  }
  const options = { timeoutMs: 20_000 * PATIENCE };
  exact = await startDaemon(["--probe=trampoline", "--web.disable-exporter-metrics"], options);
  inferring = await startDaemon(["--probe=tracepoint", "--web.disable-exporter-metrics"], options);
  before = [await exact.scrape(), await inferring.scrape()];
  await causeTraffic();
  after = [await exact.scrape(), await inferring.scrape()];
}, 90_000 * PATIENCE);

afterAll(async () => {
  await exact?.stop();
  await inferring?.stop();
  await line?.remove();
});

test("there was traffic of every kind in every namespace", (context) => {
  if (reason) context.skip(reason);
  const kinds = netns.flatMap(({ name }) => Object.keys(growthOf(0, name))).map((key) => key.split(" "));
  const results = new Set(kinds.map(([family, , , result]) => `${family} ${result}`));
  expect([...results].sort()).toEqual([
    ...["blackhole", "found", "no_route", "prohibit", "unreachable"].map((result) => `ipv4 ${result}`),
    ...["blackhole", "found", "no_route", "prohibit", "throw", "unreachable"].map((result) => `ipv6 ${result}`),
  ]);
});

test("every series that is not a choice among nexthops is the same in both backends", (context) => {
  if (reason) context.skip(reason);
  for (const { name } of netns) {
    expect([name, withoutChoices(growthOf(1, name))]).toEqual([name, withoutChoices(growthOf(0, name))]);
  }
});

test.for(FAMILIES)("%s lookups with a choice among nexthops are as many in both backends", (family, context) => {
  if (reason) context.skip(reason);
  const [chosen, unknown] = [0, 1].map((daemon) => choices(growthOf(daemon, line.r.name), family));
  expect(Object.keys(unknown ?? {})).toEqual([keyOf(family, "77", "multipath", "found")]);
  expect(Object.keys(chosen ?? {}).sort()).toEqual(
    ["r-b", "r-two"].map((egress) => keyOf(family, "77", egress, "found")),
  );
  expect(sumOf(unknown ?? {})).toBe(FLOWS * SENDS);
  expect(sumOf(chosen ?? {})).toBe(FLOWS * SENDS);
});

test("neither backend counts under an unknown namespace what it did not have to", (context) => {
  if (reason) context.skip(reason);
  expect(growthOf(0, "unknown")).toEqual({});
  expect(growthOf(1, "unknown")).toEqual({});
});

function growthOf(daemon: number, name: string): Growth {
  return routeGrowth(before[daemon] ?? [], after[daemon] ?? [], name);
}

/** Table 77 holds the routes with two nexthops and nothing else. */
function choices(growth: Growth, family: string): Growth {
  return Object.fromEntries(Object.entries(growth).filter(([key]) => key.startsWith(`${family} 77 `)));
}

function withoutChoices(growth: Growth): Growth {
  return Object.fromEntries(Object.entries(growth).filter(([key]) => !key.includes(" 77 ")));
}

/** Another link from R to B, and routes of a table of their own over both. */
async function secondPath(): Promise<void> {
  await linkVeth(
    { netns: line.r, device: "r-two", addresses: ["10.73.1.1/24", "fd73:1::1/64"] },
    { netns: line.b, device: "b-two", addresses: ["10.73.1.2/24", "fd73:1::2/64"] },
  );
  const { b } = line.address;
  await line.r.ip(
    `route add 10.74.0.0/24 table 77 nexthop via ${b.ipv4} dev r-b nexthop via 10.73.1.2 dev r-two`,
    `route add fd74:ffff::/64 table 77 nexthop via ${b.ipv6} dev r-b nexthop via fd73:1::2 dev r-two`,
    "rule add to 10.74.0.0/24 table 77",
  );
  await line.r.exec("ip", ["-6", "rule", "add", "to", "fd74:ffff::/64", "table", "77"]);
  await line.b.ip("route add blackhole 10.74.0.0/24", "route add blackhole fd74:ffff::/64");
  await becomeQuiet(netns);
}

async function causeTraffic(): Promise<void> {
  const { address } = line;
  await using _sink = await startSink(line.b, PORT);
  for (const family of FAMILIES) {
    const count = { count: SENDS, port: PORT };
    await send(line.a, "udp", { to: address.b[family], ...count });
    await send(line.a, "ping", { to: address.b[family], count: SENDS });
    await send(line.a, "udp", { to: address.nowhere[family], ...count });
    await send(line.r, "udp", { to: address.nowhere[family], ...count });
    await send(line.r, "udp", { to: address.b[family], ...count });
    await send(line.a, "udp", { to: family === "ipv4" ? "127.0.0.1" : "::1", ...count });
    for (const at of REJECTING.keys()) {
      const to = family === "ipv4" ? `10.72.${at}.9` : `fd72:${at}::9`;
      await send(line.r, "udp", { to, ...count });
      await send(line.a, "udp", { to, ...count });
    }
    for (let flow = 1; flow <= FLOWS; flow++) {
      const to = family === "ipv4" ? `10.74.0.${flow}` : `fd74:ffff::${flow}`;
      await send(flow % 2 === 0 ? line.a : line.r, "udp", { to, ...count });
    }
  }
}
