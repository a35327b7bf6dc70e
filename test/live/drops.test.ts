// Every reason of tablesnoop_drops_total that a router can be brought to, with exactly so many packets, against the kernel's
// own account where it keeps one; the line of a drop, and where its destination is told.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FailureReport } from "../../daemon/destinations/failed_destinations.js";
import { startBackend } from "../support/backend.js";
import type { Netns } from "../support/networks/netns.js";
import { createLine, type Line } from "../support/networks/topology.js";
import { PATIENCE } from "../support/pace.js";
import type { DaemonProcess } from "../support/processes/daemon_process.js";
import { openStream } from "../support/processes/stream_client.js";
import { type SendMode, type SendOptions, send } from "../support/traffic/send.js";
import { knowsReason } from "../support/truth/drop_reasons.js";
import { readErrors } from "../support/truth/mib.js";
import { delta, type Sample } from "../support/truth/scrape.js";
import { waitUntil } from "../support/wait_until.js";

const PACKETS = 23;
const DROPS = "tablesnoop_drops_total";
/** Of the router: a tun device into which packets of any kind can be written. */
const TUN = "r-tun";
const TUN_HOST = "198.51.100.2";

type Family = "ipv4" | "ipv6";

interface Case {
  readonly name: string;
  readonly family: Family;
  readonly reason: string;
  /** Of the router, where the packets end. */
  readonly device: string;
  /** A packet from the host A, unless it is one for the tun device. */
  readonly packet: SendOptions & { readonly mode?: SendMode };
  readonly setUp?: () => Promise<unknown>;
  readonly tearDown?: () => Promise<unknown>;
  /** What it is besides, in the label's words. */
  readonly besides?: Readonly<Record<string, number>>;
  /** Counters of the router that must rise by as much. */
  readonly account?: string;
}

let daemon: DaemonProcess;
let line: Line;

beforeAll(async () => {
  line = await createLine();
  const { a, r, b } = line;
  daemon = await startBackend(["--web.enable-stream", ...[a, r, b].map(({ name }) => `--netns=${name}`)]);
  await r.ip(`tuntap add dev ${TUN} mode tun`, `addr add 198.51.100.1/24 dev ${TUN}`, `link set ${TUN} up`);
}, 60_000 * PATIENCE);

afterAll(async () => {
  await daemon?.stop();
  await line?.remove();
});

/** Drops in this namespace that were counted between two scrapes, by "family device reason". */
function growth(before: readonly Sample[], after: readonly Sample[], netns: Netns): Record<string, number> {
  const counts = new Map<string, number>();
  for (const [samples, sign] of [
    [before, -1],
    [after, 1],
  ] as const) {
    for (const { name, labels, value } of samples) {
      if (name !== DROPS || labels["netns"] !== netns.name) continue;
      const key = `${labels["family"]} ${labels["device"]} ${labels["reason"]}`;
      counts.set(key, (counts.get(key) ?? 0) + sign * value);
    }
  }
  return Object.fromEntries([...counts].filter(([, count]) => count !== 0));
}

const sumOf = (counts: Record<string, number>) => Object.values(counts).reduce((sum, count) => sum + count, 0);

const flag = (family: Family) => (family === "ipv6" ? "-6" : "-4");

/** As the host's own default for packets it sends. */
function hops(family: Family, count: number): Promise<void> {
  return line.a.sysctl({ [family === "ipv4" ? "net.ipv4.ip_default_ttl" : "net.ipv6.conf.a-r.hop_limit"]: count });
}

function forwarding(family: Family, isOn: boolean): Promise<void> {
  const key = family === "ipv4" ? "net.ipv4.ip_forward" : "net.ipv6.conf.all.forwarding";
  return line.r.sysctl({ [key]: Number(isOn) });
}

/** How long the router asks for a neighbour: all packets are sent by then. */
const ASKING_MS = 200 * PATIENCE;
const GIVEN_UP_MS = ASKING_MS + 200;

/** How the router asks for a neighbour on its way to B: once, with room for so many bytes meanwhile. */
function asking(family: Family, unres_qlen_bytes: number): Promise<void> {
  const own = { mcast_solicit: 1, retrans_time_ms: ASKING_MS, unres_qlen_bytes };
  return line.r.sysctl(
    Object.fromEntries(Object.entries(own).map(([key, value]) => [`net.${family}.neigh.r-b.${key}`, value])),
  );
}

/** In B's network, where nobody answers. */
function absent(family: Family, host: number): string {
  return line.address.b[family].replace(/\d+$/, String(host));
}

function route(family: Family, ...words: string[]): Promise<unknown> {
  return line.r.exec("ip", [flag(family), "route", ...words]);
}

/** The router's network with the host A. */
function hostNetwork(family: Family): string {
  return line.address.a[family].replace(/\d+$/, family === "ipv4" ? "0/24" : "/64");
}

async function lladdr(family: Family, address: string): Promise<void> {
  const neighbour = [line.address.ra[family], "lladdr", address, "dev", "a-r", "nud", "permanent"];
  await line.a.exec("ip", [flag(family), "neigh", "replace", ...neighbour]);
}

async function macOf(netns: Netns, device: string): Promise<string> {
  const { stdout } = await netns.exec("ip", ["-o", "link", "show", device]);
  return /link\/ether (\S+)/.exec(stdout)?.[1] ?? expect.fail(`${device} has no address`);
}

function inBothFamilies(family: Family): Case[] {
  const { address } = line;
  const v = family === "ipv4" ? "Ip" : "Ip6";
  const toB = { to: address.b[family] };
  return [
    {
      name: "no route to forward by",
      reason: "ip_innoroutes",
      device: "r-a",
      packet: { to: address.nowhere[family] },
      account: family === "ipv4" ? "IpExtInNoRoutes" : "Ip6InNoRoutes",
    },
    {
      name: "hop limit exceeded",
      reason: "ip_inhdr",
      device: "r-a",
      packet: toB,
      setUp: () => hops(family, 1),
      tearDown: () => hops(family, 64),
      account: `${v}InHdrErrors`,
    },
    {
      name: "too big for the device it would leave by",
      reason: "pkt_too_big",
      // IPv6 has it on its way out by then.
      device: family === "ipv4" ? "r-a" : "r-b",
      packet: { ...toB, size: 1400 },
      // Without a way back the host is not told, and goes on sending as big ones.
      setUp: async () => {
        await line.r.ip("link set r-b mtu 1280");
        await route(family, "del", hostNetwork(family), "dev", "r-a");
      },
      tearDown: async () => {
        await route(family, "add", hostNetwork(family), "dev", "r-a", "src", address.ra[family]);
        await line.r.ip("link set r-b mtu 1500");
      },
      account: family === "ipv4" ? "IpFragFails" : "Ip6InTooBigErrors",
    },
    {
      name: "not for this host, which does not forward",
      reason: "ip_inaddrerrors",
      device: "r-a",
      packet: toB,
      setUp: () => forwarding(family, false),
      tearDown: () => forwarding(family, true),
      account: `${v}InAddrErrors`,
    },
    {
      name: "more wait for a neighbour than there is room for",
      reason: "neigh_queuefull",
      device: "r-b",
      // Each packet puts the one before it out; the last one waits in vain.
      packet: { to: absent(family, 77), count: PACKETS + 1, afterwardsMs: GIVEN_UP_MS },
      setUp: () => asking(family, 0),
      tearDown: () => asking(family, 65536),
      // IPv6 drops what has waited in vain without a reason.
      ...(family === "ipv4" && { besides: { "ipv4 r-b neigh_failed": 1 } }),
    },
    {
      name: "sent to all of a link, though to one address",
      reason: "unicast_in_l2_multicast",
      device: "r-a",
      packet: toB,
      setUp: async () => {
        await line.r.sysctl({ [`net.${family}.conf.r-a.drop_unicast_in_l2_multicast`]: 1 });
        await lladdr(family, "01:00:5e:00:00:05");
      },
      tearDown: async () => {
        await lladdr(family, await macOf(line.r, "r-a"));
        await line.r.sysctl({ [`net.${family}.conf.r-a.drop_unicast_in_l2_multicast`]: 0 });
      },
    },
  ].map((one) => ({ ...one, family }));
}

function inIpv4(): Case[] {
  const { address } = line;
  const written = (to: string, from: string) => ({ mode: "tun" as const, device: TUN, to, from });
  const spoofed = address.b.ipv4.replace(/\d+$/, "99");
  const cases: Omit<Case, "family">[] = [
    {
      name: "refused by the reverse path filter",
      reason: "ip_rpfilter",
      device: "r-a",
      packet: { to: address.b.ipv4, from: spoofed },
      setUp: async () => {
        await line.a.ip(`addr add ${spoofed}/32 dev lo`);
        await line.r.sysctl({ "net.ipv4.conf.r-a.rp_filter": 1 });
      },
      tearDown: async () => {
        await line.r.sysctl({ "net.ipv4.conf.r-a.rp_filter": 0 });
        await line.a.ip(`addr del ${spoofed}/32 dev lo`);
      },
      account: "TcpExtIPReversePathFilter",
    },
    {
      name: "for a neighbour that does not answer",
      reason: "neigh_failed",
      device: "r-b",
      packet: { to: absent("ipv4", 88), afterwardsMs: GIVEN_UP_MS },
      setUp: () => asking("ipv4", 1 << 20),
      tearDown: () => asking("ipv4", 65536),
      account: "IcmpOutDestUnreachs",
    },
    {
      name: "blocked by a policy",
      reason: "xfrm_policy",
      device: "r-a",
      packet: { to: address.b.ipv4 },
      setUp: () =>
        line.r.exec("ip", [
          ...["xfrm", "policy", "add", "dir", "fwd", "src", address.a.ipv4, "dst", address.b.ipv4],
          ...["action", "block"],
        ]),
      tearDown: () => line.r.exec("ip", ["xfrm", "policy", "flush"]),
    },
    {
      name: "from the router's own address",
      reason: "ip_local_source",
      device: TUN,
      packet: written(address.b.ipv4, address.rb.ipv4),
    },
    {
      name: "from a multicast address",
      reason: "ip_invalid_source",
      device: TUN,
      packet: written(address.b.ipv4, "224.0.2.7"),
    },
    { name: "for a loopback address", reason: "ip_localnet", device: TUN, packet: written("127.0.0.7", TUN_HOST) },
    { name: "for nobody's address", reason: "ip_invalid_dest", device: TUN, packet: written("0.0.0.0", TUN_HOST) },
  ];
  return cases.map((one) => ({ ...one, family: "ipv4" }));
}

async function run(one: Case): Promise<{ counts: Record<string, number>; account: number }> {
  const { mode = "udp", ...options } = one.packet;
  const errors = async () => (one.account === undefined ? 0 : ((await readErrors(line.r))[one.account] ?? Number.NaN));
  const [before, accountBefore] = [await daemon.scrape(), await errors()];
  const expected = PACKETS + sumOf(one.besides ?? {});
  await send(mode === "tun" ? line.r : line.a, mode, { count: PACKETS, ...options });
  let counts: Record<string, number> = {};
  let unseen = 0;
  await waitUntil(
    `${expected} drops are counted`,
    async () => {
      const after = await daemon.scrape();
      counts = growth(before, after, line.r);
      unseen = delta(before, after, "tablesnoop_probe_skipped_total", { probe: "kfree_skb" });
      return sumOf(counts) >= expected;
    },
    { timeoutMs: 5000 * PATIENCE, intervalMs: 100 },
  ).catch((cause: unknown) => {
    throw new Error(`${String(cause)}; there are ${JSON.stringify(counts)}, and ${unseen} unseen`, { cause });
  });
  return { counts, account: (await errors()) - accountBefore };
}

const EVERYWHERE = [
  ...["ip_innoroutes", "ip_inhdr", "pkt_too_big", "neigh_queuefull", "ip_inaddrerrors"],
  "unicast_in_l2_multicast",
];
const IN_IPV4 = [
  ...[
    "ip_rpfilter",
    "neigh_failed",
    "xfrm_policy",
    "ip_local_source",
    "ip_invalid_source",
    "ip_localnet",
    "ip_invalid_dest",
  ],
];

describe.each([
  ["ipv4", EVERYWHERE],
  ["ipv6", EVERYWHERE],
  ["ipv4", IN_IPV4],
] as const)("%s", (family, reasons) => {
  test.for(reasons)(`${PACKETS} packets that end with %s are counted, and nothing else`, async (reason, context) => {
    if (!knowsReason(reason)) context.skip("this kernel drops such packets without a reason");
    const cases = [...inBothFamilies(family), ...inIpv4()];
    const one = cases.find((some) => some.family === family && some.reason === reason) ?? expect.fail("no such case");
    try {
      await one.setUp?.();
      const { counts, account } = await run(one);
      expect(counts).toEqual({ [`${family} ${one.device} ${reason}`]: PACKETS, ...one.besides });
      if (one.account !== undefined) expect([one.account, account]).toEqual([one.account, PACKETS]);
    } finally {
      await one.tearDown?.();
    }
  });
});

describe("a drop", () => {
  test("is a line whatever is asked of failed lookups, and only if its kind is asked for", async () => {
    const [to, from] = [line.address.nowhere.ipv4, line.address.a.ipv4];
    const of = { netns: line.r.name, dst: to };
    await using plain = await openStream(daemon, { ...of, kind: "drop" });
    await using verbose = await openStream(daemon, { ...of, kind: "drop", failed: "exclude", verbose: "2" });
    await using json = await openStream(daemon, { ...of, kind: "drop", failed: "only", format: "json" });
    await using elsewhere = await openStream(daemon, { ...of, kind: "drop", egress: "r-b" });
    await using unasked = await openStream(daemon, { ...of, failed: "only" });
    await send(line.a, "udp", { to, count: PACKETS });
    const text = `drop4: src: ${from}  dst: ${to} dev: r-a reason: ip_innoroutes`;
    expect(await plain.settled(PACKETS)).toEqual(new Array(PACKETS).fill(text));
    const [first = ""] = await verbose.settled(PACKETS);
    expect(first.replace(/^netns: \d+ /, "netns: N ")).toBe(`netns: N ${text} result: dropped proto: 17`);
    const [object = ""] = await json.settled(PACKETS);
    expect(JSON.parse(object)).toMatchObject({
      ...{ kind: "drop", family: "ipv4", netns: { name: line.r.name }, src: from, dst: to },
      ...{ device: "r-a", reason: "ip_innoroutes", proto: 17, result: "dropped" },
    });
    expect(elsewhere.lines()).toEqual([]);
    expect(unasked.lines().filter((text) => !text.startsWith("v4:"))).toEqual([]);
  });

  test("is told by its destination, beside the lookup that failed for it", async () => {
    const to = line.address.nowhere.ipv4.replace(/7$/, "123");
    await send(line.a, "udp", { to, count: PACKETS });
    const rows = await waitUntil(
      "the destination is shown",
      async () => {
        const response = await fetch(`${daemon.url}/api/failures?limit=200`);
        const { destinations } = (await response.json()) as FailureReport;
        const own = destinations.filter(({ destination, netns }) => destination === to && netns === line.r.name);
        return own.some(({ kind, lookups }) => kind === "drop" && lookups >= PACKETS) && own;
      },
      { timeoutMs: 10_000 * PATIENCE, intervalMs: 200 },
    );
    const shown = rows.map(({ kind, table, result, reason }) => ({ kind, table, result, reason }));
    expect(shown).toContainEqual({ kind: "drop", table: null, result: "dropped", reason: "ip_innoroutes" });
    expect(shown).toContainEqual({ kind: "route", table: "main", result: "no_route", reason: null });
    expect(rows.find(({ kind }) => kind === "drop")?.lookups).toBe(PACKETS);
  });
});
