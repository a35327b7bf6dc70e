// What the collectors that need trampolines cost a packet which they count: that packet without the daemon, with a daemon that
// leaves these collectors out, and with one that has them all.

import { send } from "../support/traffic/send.js";
import { type Figure, ratioFigure, timeFigure } from "./figure.js";
import { createForwarder, destinationsOf, type Family, IN, localOf, OUT, type Place, sourceOf } from "./forwarder.js";
import { type Dose, handOver } from "./frames.js";
import { Rounds } from "./rounds.js";
import { type Attached, alternate, attachObjects, bare, daemonVariant, type Variant } from "./variant.js";

const ROUNDS = 3;
const SENDS = 20_000;

const INTO_TUNNEL = "packet into a tunnel";
const TUNNEL = "ts-gre";
const BEHIND_TUNNEL = "198.18.77.2";
const IDENTIFIER = "2001:2:0:77::e";
/** Two of the neighbours, for which nft asks. */
const [, ASKS_FIB = "", ASKS_SET = ""] = destinationsOf("ipv4", "out");

const OPTIONAL = ["dst-cache", "socket-cache", "srv6", "netfilter"] as const;
const without = daemonVariant("without", undefined, collectors("no-"));
const withAll = daemonVariant("with", undefined, collectors(""));
/** What it takes at the least to know the tunnel whose cache is asked. */
const withDevice: Variant = { name: "with, and a program at the tunnel", attach: attachBoth };
const VARIANTS = [bare, without, withAll, withDevice];

interface Scenario {
  readonly name: string;
  /** Counts each packet where the collectors are on. */
  readonly metric: string;
  send(): Promise<{ readonly ns: number; readonly packets: number }>;
}

export async function measureCollectors(dose: Dose): Promise<Figure[]> {
  await using forwarder = await createForwarder();
  const { netns } = forwarder;
  await addTunnel(netns);
  await addIdentifier(netns);
  await addRules(netns);
  const framed = (name: string, metric: string, family: Family, to: string): Scenario => ({
    ...{ name, metric },
    send: async () => {
      const { ns_least, frames } = await handOver(
        netns,
        { device: IN, source: sourceOf(family), destinations: [to] },
        dose,
      );
      return { ns: ns_least, packets: frames };
    },
  });
  const [neighbour = ""] = destinationsOf("ipv4", "out");
  const scenarios: readonly Scenario[] = [
    {
      ...{ name: "datagram of a connected socket", metric: "tablesnoop_socket_cache_hits_total" },
      send: async () => {
        const { sent, ns_each } = await send(netns, "held", { to: neighbour, count: SENDS });
        return { ns: ns_each, packets: sent };
      },
    },
    framed(INTO_TUNNEL, "tablesnoop_dst_cache_lookups_total", "ipv4", BEHIND_TUNNEL),
    framed("packet that its SID drops", "tablesnoop_sid_packets_total", "ipv6", IDENTIFIER),
    framed("forwarded, nft asks fib", "tablesnoop_netfilter_fib_lookups_total", "ipv4", ASKS_FIB),
    framed("forwarded, nft asks a set", "tablesnoop_netfilter_set_lookups_total", "ipv4", ASKS_SET),
  ];
  const rounds = new Rounds();
  await alternate(VARIANTS, ROUNDS, async (variant, attached) => {
    for (const scenario of scenarios) {
      const { ns, packets } = await scenario.send();
      const key = `${scenario.name}: ${variant.name}`;
      rounds.add(key, ns);
      if (variant === withAll) await checkCount(attached, netns, scenario, packets);
    }
  });
  return scenarios.flatMap(({ name }) => {
    const of = (variant: Variant) => rounds.of(`${name}: ${variant.name}`);
    return [
      ...VARIANTS.map((variant) => timeFigure(`${name}: ${variant.name}`, "ns", of(variant))),
      ratioFigure(`${name}: with / without`, of(withAll), of(without)),
      ...(name === INTO_TUNNEL ? [ratioFigure(`${name}: with its device / with`, of(withDevice), of(withAll))] : []),
    ];
  });
}

async function attachBoth(): Promise<Attached> {
  const daemon = await withAll.attach();
  try {
    const program = await attachObjects(["empty_tunnel"]);
    return { detach: () => Promise.all([program.detach(), daemon.detach()]) };
  } catch (error) {
    await daemon.detach();
    throw error;
  }
}

function collectors(prefix: "" | "no-"): string[] {
  return ["--probe=trampoline", ...OPTIONAL.map((name) => `--${prefix}collector.${name}`)];
}

async function addTunnel(netns: Place): Promise<void> {
  const [far = ""] = destinationsOf("ipv4", "out");
  await netns.ip(
    `link add ${TUNNEL} type gre remote ${far}`,
    `link set ${TUNNEL} up`,
    `route add ${BEHIND_TUNNEL}/32 dev ${TUNNEL}`,
  );
}

/** What comes for it is no IPv4 packet inside of IPv6, and so is dropped. */
async function addIdentifier(netns: Place): Promise<void> {
  await netns.sysctl({ "net.ipv6.conf.all.seg6_enabled": 1, [`net.ipv6.conf.${IN}.seg6_enabled`]: 1 });
  await netns.ip(`route add ${IDENTIFIER} encap seg6local action End.DX4 nh4 ${localOf("ipv4")} dev ${OUT}`);
}

async function addRules(netns: Place): Promise<void> {
  await netns.exec("nft", [
    `table ip bench {
      set sources { type ipv4_addr; elements = { ${sourceOf("ipv4")} } }
      chain asks { type filter hook prerouting priority -300;
        ip daddr ${ASKS_FIB} fib saddr . iif oif missing counter drop;
        ip daddr ${ASKS_SET} ip saddr != @sources counter drop;
      }
    }`,
  ]);
}

/** A figure of something that did not count each packet would be worth nothing. */
async function checkCount(attached: Attached, netns: Place, scenario: Scenario, packets: number): Promise<void> {
  const counted = await attached.counted?.(netns, scenario.metric);
  if (counted === undefined || counted < packets || counted > packets + 8) {
    throw new Error(`measure ${scenario.name}: ${counted} of ${packets} were counted`);
  }
}
