// Devices to measure forwarding with: one where frames come in, one behind which four neighbours are, and a bridge with a
// port. What is sent out of either ends there, as what was sent: the kernel does not tell of it as dropped. Addresses are
// those set aside for benchmarks (RFC 2544, RFC 5180).

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { onProcessEnd } from "../support/cleanup.js";
import { createNetns, type Netns } from "../support/networks/netns.js";
import { runCommand } from "../support/processes/command.js";

export type Place = Pick<Netns, "name" | "exec" | "ip" | "sysctl">;
export type Family = "ipv4" | "ipv6";

export interface Forwarder extends AsyncDisposable {
  readonly netns: Place;
  /** False where the kernel forwards IPv6 on all devices or on none, and this is not a namespace of our own. */
  readonly forwardsIpv6: boolean;
}

export const IN = "ts-in";
export const IN_PEER = "ts-in-peer";
/** Behind which the neighbours are. */
export const OUT = "ts-out";
export const BRIDGE_PORT = "ts-port";
/** What is sent out of it is dropped and counted. */
export const DROP = "ts-drop";
/** Behind that port of the bridge. */
export const BRIDGED_MAC = "02:74:73:00:ff:ff";

const BRIDGE = "ts-bridge";
const LINKS = [IN, OUT, BRIDGE, BRIDGE_PORT, DROP];
const HOSTS = [2, 3, 4, 5] as const;
const NEIGHBOUR_MAC = "02:74:73:00:ff:01";

const SUBNETS = {
  in: { ipv4: "198.18.0.", ipv6: "2001:2:0:0::" },
  out: { ipv4: "198.18.1.", ipv6: "2001:2:0:1::" },
  nowhere: { ipv4: "198.18.99.", ipv6: "2001:2:0:99::" },
} as const;
const LENGTHS = { ipv4: 24, ipv6: 64 } as const;
const FAMILIES = ["ipv4", "ipv6"] as const;
const IP_FAMILIES = { ipv4: "inet", ipv6: "inet6" } as const;

/** As createNetns lifts them: here a router is to limit its ICMP errors as others do. */
const DEFAULT_LIMITS = { "net.ipv4.icmp_ratemask": 6168, "net.ipv6.icmp.ratelimit": 1000 };

export function sourceOf(family: Family): string {
  return `${SUBNETS.in[family]}${HOSTS[0]}`;
}

export function localOf(family: Family): string {
  return `${SUBNETS.in[family]}1`;
}

export function destinationsOf(family: Family, where: "out" | "nowhere"): string[] {
  return HOSTS.map((host) => `${SUBNETS[where][family]}${host}`);
}

export interface ForwarderOptions {
  /** A rule of its own in each family, which no packet matches: then every packet asks the rules. */
  readonly hasRules?: boolean;
}

export async function createForwarder({ hasRules = false }: ForwarderOptions = {}): Promise<Forwarder> {
  const netns = await createNetns("forwarder");
  try {
    await netns.sysctl({ "net.ipv4.ip_forward": 1, "net.ipv6.conf.all.forwarding": 1, ...DEFAULT_LIMITS });
    await addDevices(netns);
    if (hasRules) {
      for (const family of FAMILIES) {
        const rule = ["pref", "100", "from", `${SUBNETS.nowhere[family]}1`, "lookup", "main"];
        await netns.exec("ip", ["-f", IP_FAMILIES[family], "rule", "add", ...rule]);
      }
    }
  } catch (error) {
    await netns.remove();
    throw error;
  }
  return { netns, forwardsIpv6: true, [Symbol.asyncDispose]: () => netns.remove() };
}

/**
 * In the namespace this process runs in, which is thus the only one that takes part. Nothing can leave the machine: the
 * devices lead nowhere, forwarding is on for frames of theirs alone, and `throw` routes make the tables miss where a
 * default route would be found.
 */
export async function createForwarderHere(): Promise<Forwarder> {
  const netns: Place = {
    name: "host",
    exec: runCommand,
    ip: async (...lines) => {
      await runCommand("ip", ["-batch", "-"], { input: `${lines.join("\n")}\n` });
    },
    sysctl: async (settings) => {
      await runCommand("sysctl", ["-qw", ...Object.entries(settings).map(([key, value]) => `${key}=${value}`)]);
    },
  };
  const taken = LINKS.filter((name) => existsSync(`/sys/class/net/${name}`));
  if (taken.length > 0) {
    throw new Error(`make ${taken.join(", ")}: there already; if no other benchmark runs, delete them (ip link del)`);
  }
  const forget = onProcessEnd(removeHere);
  const remove = async () => {
    removeHere();
    forget();
  };
  try {
    await addDevices(netns);
    await netns.ip(...FAMILIES.map((family) => `route add throw ${SUBNETS.nowhere[family]}0/${LENGTHS[family]}`));
    await netns.sysctl({ [`net.ipv4.conf.${IN}.forwarding`]: 1, [`net.ipv4.conf.${IN}.rp_filter`]: 0 });
    // Since Linux 6.17; before, IPv6 is forwarded from all devices or from none.
    const forwardsIpv6 = existsSync(`/proc/sys/net/ipv6/conf/${IN}/force_forwarding`);
    if (forwardsIpv6) await netns.sysctl({ [`net.ipv6.conf.${IN}.force_forwarding`]: 1 });
    return { netns, forwardsIpv6, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function addDevices(netns: Place): Promise<void> {
  await netns.ip(
    `link add ${IN} type veth peer name ${IN_PEER}`,
    `link add ${OUT} type ifb`,
    `link set ${OUT} arp on`,
    `link add ${BRIDGE} type bridge forward_delay 0 mcast_snooping 0`,
    `link add ${BRIDGE_PORT} type veth peer name ${BRIDGE_PORT}-peer`,
    `link add ${DROP} type ifb`,
    ...[BRIDGE_PORT, DROP].map((device) => `link set ${device} master ${BRIDGE}`),
    ...[...LINKS, IN_PEER, `${BRIDGE_PORT}-peer`].map((device) => `link set ${device} addrgenmode none`),
  );
  for (const device of [OUT, DROP]) await netns.exec("tc", ["qdisc", "replace", "dev", device, "root", "noqueue"]);
  await netns.ip(
    ...FAMILIES.flatMap((family) => [
      `addr add ${SUBNETS.in[family]}1/${LENGTHS[family]} dev ${IN}${family === "ipv6" ? " nodad" : ""}`,
      `addr add ${SUBNETS.out[family]}1/${LENGTHS[family]} dev ${OUT}${family === "ipv6" ? " nodad" : ""}`,
    ]),
    ...[...LINKS, IN_PEER, `${BRIDGE_PORT}-peer`].map((device) => `link set ${device} up`),
    ...FAMILIES.flatMap((family) => [
      `neigh add ${sourceOf(family)} lladdr ${NEIGHBOUR_MAC} dev ${IN} nud permanent`,
      ...destinationsOf(family, "out").map((to) => `neigh add ${to} lladdr ${NEIGHBOUR_MAC} dev ${OUT} nud permanent`),
    ]),
  );
  await netns.exec("bridge", ["fdb", "add", BRIDGED_MAC, "dev", DROP, "master", "static"]);
  // It polls what its peer sends only if it may merge packets, or has an XDP program.
  await netns.exec("ethtool", ["-K", IN, "gro", "on"]);
}

function removeHere(): void {
  const routes = FAMILIES.map((family) => `route del throw ${SUBNETS.nowhere[family]}0/${LENGTHS[family]}`);
  const lines = [...LINKS.map((device) => `link del ${device}`), ...routes];
  // What is not there any more, or was not yet made, is no failure.
  spawnSync("ip", ["-force", "-batch", "-"], { input: `${lines.join("\n")}\n`, stdio: ["pipe", "ignore", "ignore"] });
}
