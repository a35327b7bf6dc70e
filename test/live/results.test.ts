// Each way a lookup can fail has its own result, in both families, for sends the kernel really refused.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startBackend } from "../support/backend.js";
import { createPair, type Pair } from "../support/networks/topology.js";
import { PATIENCE } from "../support/pace.js";
import type { DaemonProcess } from "../support/processes/daemon_process.js";
import { type SendResult, send } from "../support/traffic/send.js";
import { startGroundTruth, type TracedLookup } from "../support/truth/ground_truth.js";
import { type Growth, keyOf, routeGrowth, tracedGrowth } from "../support/truth/growth.js";

const SENDS = 23;

interface Refusal {
  readonly name: string;
  /** Given to `ip`, by its family. */
  routes(destination: string, id: number): readonly string[];
  readonly result: { readonly ipv4: string; readonly ipv6: string };
  readonly errno: { readonly ipv4: string; readonly ipv6: string };
  /** What the ground truth cannot tell by itself. */
  readonly looksLike?: "unreachable" | "throw";
}

const both = <Text extends string>(text: Text) => ({ ipv4: text, ipv6: text });

const REFUSALS: readonly Refusal[] = [
  { name: "no route", routes: () => [], result: both("no_route"), errno: both("ENETUNREACH") },
  {
    name: "an unreachable route",
    routes: (destination) => [`route add unreachable ${destination}`],
    result: both("unreachable"),
    errno: both("EHOSTUNREACH"),
    looksLike: "unreachable",
  },
  {
    name: "a prohibit route",
    routes: (destination) => [`route add prohibit ${destination}`],
    result: both("prohibit"),
    errno: both("EACCES"),
  },
  {
    name: "a blackhole route",
    routes: (destination) => [`route add blackhole ${destination}`],
    result: both("blackhole"),
    errno: both("EINVAL"),
  },
  {
    name: "a throw route",
    routes: (destination) => [`route add throw ${destination}`],
    // To the kernel's IPv4 lookup, thrown is the same as not matched.
    result: { ipv4: "no_route", ipv6: "throw" },
    errno: both("ENETUNREACH"),
    looksLike: "throw",
  },
  {
    name: "a blackhole nexthop object",
    routes: (destination, id) => [`nexthop add id ${id} blackhole`, `route add ${destination} nhid ${id}`],
    result: both("blackhole"),
    errno: both("EINVAL"),
  },
];

interface Refused {
  readonly sent: SendResult;
  readonly growth: Growth;
  readonly destination: string;
}

const keyFor = (family: string, { name }: Refusal) => `${family} ${name}`;

let daemon: DaemonProcess;
let pair: Pair;
let traced: TracedLookup[];
const refused = new Map<string, Refused>();

beforeAll(async () => {
  daemon = await startBackend();
  pair = await createPair();
  const plan = (["ipv4", "ipv6"] as const).flatMap((family, half) =>
    REFUSALS.map((refusal, position) => {
      const id = half * REFUSALS.length + position + 1;
      return { family, refusal, id, destination: pair.address.nowhere[family].replace(/7$/, String(10 + id)) };
    }),
  );
  for (const { family, refusal, destination, id } of plan) {
    for (const line of refusal.routes(destination, id)) {
      await pair.host.exec("ip", [family === "ipv6" ? "-6" : "-4", ...line.split(" ")]);
    }
  }
  const truth = await startGroundTruth(pair.prefixes);
  let before = await daemon.scrape();
  for (const { family, refusal, destination } of plan) {
    const sent = await send(pair.host, "udp", { to: destination, count: SENDS });
    const after = await daemon.scrape();
    const growth = routeGrowth(before, after, pair.host.name);
    refused.set(keyFor(family, refusal), { sent, growth, destination });
    before = after;
  }
  traced = await truth.stop();
}, 60_000 * PATIENCE);

afterAll(async () => {
  await pair?.remove();
  await daemon?.stop();
});

describe.each(["ipv4", "ipv6"] as const)("%s", (family) => {
  test.each(REFUSALS)("$name has its own result, and nothing else grows", (refusal) => {
    const { sent, growth, destination } = refused.get(keyFor(family, refusal)) ?? {};
    expect(sent?.errors).toEqual({ [refusal.errno[family]]: SENDS });
    const lookups = traced.filter((lookup) => lookup.destination === destination);
    const routes = refusal.looksLike && { [destination ?? ""]: refusal.looksLike };
    expect(growth).toEqual(tracedGrowth(lookups, routes));
    expect(growth?.[keyOf(family, "main", "", refusal.result[family])]).toBeGreaterThanOrEqual(SENDS);
  });
});
