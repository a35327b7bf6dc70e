// Tunnels remember the route of their outer packets: what such a cache spares is counted, so that lookups and hits together
// are the packets sent, by the account of the device they leave by.

import { afterAll, beforeAll, expect, test } from "vitest";
import { blindSpots, seesFunctions, startBackend } from "../support/backend.js";
import { openLines } from "../support/lines.js";
import { packetsSent, tryToMake } from "../support/networks/optional.js";
import { becomeQuiet, createPair, type Pair } from "../support/networks/topology.js";
import { PATIENCE } from "../support/pace.js";
import type { DaemonProcess } from "../support/processes/daemon_process.js";
import { netnsCookie, send } from "../support/traffic/send.js";
import { delta } from "../support/truth/scrape.js";

const PACKETS = 23;
const CACHE = "tablesnoop_dst_cache_lookups_total";
/** Ends of the tunnels: nobody's, by the peer. */
const FAR = { ipv4: "198.51.100.1", ipv6: "2001:db8::1" } as const;
const OUT = "host-peer";
const NEIGHBOUR = "lladdr 02:74:73:00:00:02 nud permanent";

interface Case {
  readonly outer: "ipv4" | "ipv6";
  /** With a subnet 10.99.N.0/24 behind the device, unless it is a route. */
  readonly device?: string;
  readonly route?: string;
}

const CASES: Readonly<Record<string, Case>> = {
  ipip: { outer: "ipv4", device: "type ipip remote 198.51.100.1" },
  gre: { outer: "ipv4", device: "type gre remote 198.51.100.1" },
  sit: { outer: "ipv4", device: "type sit remote 198.51.100.1 mode any" },
  vxlan: { outer: "ipv4", device: "type vxlan id 7 dstport 4789 remote 198.51.100.1" },
  geneve: { outer: "ipv4", device: "type geneve id 7 remote 198.51.100.1" },
  vxlan6: { outer: "ipv6", device: "type vxlan id 8 dstport 4790 remote 2001:db8::1 udp6zerocsumtx" },
  seg6: { outer: "ipv6", route: "encap seg6 mode encap segs 2001:db8::1" },
};

let daemon: DaemonProcess;
let pair: Pair;

beforeAll(async () => {
  pair = await createPair();
  await pair.host.ip(
    `route add ${FAR.ipv4} via ${pair.address.peer.ipv4}`,
    `route add ${FAR.ipv6} via ${pair.address.peer.ipv6}`,
  );
  daemon = await startBackend();
}, 60_000 * PATIENCE);

afterAll(async () => {
  await daemon?.stop();
  await pair?.remove();
});

test("a backend that cannot see caches says so", async () => {
  const about = (await blindSpots(daemon)).filter((line) => line.startsWith("cached routes "));
  expect(about).toEqual(seesFunctions ? [] : ["cached routes are not counted: the kernel has no tracepoint for them"]);
});

test.for(Object.entries(CASES))("%s: lookups and hits are the packets sent", async ([name, one], context) => {
  const { host, address } = pair;
  const missing = await make(name, one);
  if (missing !== "") return context.skip(missing);
  await becomeQuiet([host]);
  const [before, sentBefore] = [await daemon.scrape(), await packetsSent(host, OUT)];
  using lines = openLines({
    kinds: ["route", "dst-cache"],
    families: ["ipv4", "ipv6"],
    cookie: await netnsCookie(host),
  });
  const seen = await lines.during(host, () => send(host, "udp", { to: target(name, one), count: PACKETS }));
  const [after, sentAfter] = [await daemon.scrape(), await packetsSent(host, OUT)];
  expect(sentAfter - sentBefore).toBe(PACKETS);

  const outer = { netns: host.name, family: one.outer, egress: OUT };
  const asked = delta(before, after, "tablesnoop_route_lookups_total", { ...outer, table: "main", result: "found" });
  const [hits, misses] = ["hit", "miss"].map((result) => delta(before, after, CACHE, { ...outer, result }));
  const told = seen.filter((line) => line.includes(" cache"));
  if (!seesFunctions) {
    expect([after.filter(({ name: metric }) => metric === CACHE), told]).toEqual([[], []]);
    return;
  }
  expect({ misses, sum: (hits ?? 0) + asked }).toEqual({ misses: asked, sum: PACKETS });
  expect(hits).toBeGreaterThan(0);
  expect(told).toHaveLength(hits ?? 0);
  const tag = one.outer === "ipv4" ? "cache4" : "cache6";
  const line = `${tag}: src: ${address.host[one.outer]} --> gw: ${address.peer[one.outer]} egress: ${OUT}`;
  expect(new Set(told.map((text) => text.replace(/^netns: \d+ /, "")))).toEqual(new Set([line]));
});

function target(name: string, { route }: Case): string {
  const number = Object.keys(CASES).indexOf(name);
  return route === undefined ? `10.99.${number}.2` : `fc00:${number}::9`;
}

/** Empty, or why this kernel cannot. */
async function make(name: string, one: Case): Promise<string> {
  const { host } = pair;
  const device = `t-${name}`;
  const to = target(name, one);
  const made = await tryToMake(host, `link add ${device} ${one.device ?? `type veth peer name ${device}-end`}`);
  if (made !== "") return made;
  // By the device alone, so that nothing but the outer packets leaves by the peer's.
  if (one.route !== undefined) {
    await host.ip(`link set ${device} up`, `link set ${device}-end up`);
    return tryToMake(host, `route add ${to} ${one.route} dev ${device}`);
  }
  await host.sysctl({ [`net.ipv6.conf.${device}.disable_ipv6`]: 1 });
  await host.ip(`link set ${device} up`, `addr add ${to.replace(/2$/, "1")}/24 dev ${device}`);
  await tryToMake(host, `neigh replace ${to} ${NEIGHBOUR} dev ${device}`);
  return "";
}
