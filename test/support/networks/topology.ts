// Ready-made sets of namespaces: a router between two hosts, and a host with one link. Each set has its own addresses,
// so that a test can tell its lookups from any others by destination.

import { waitUntil } from "../wait_until.js";
import { createNetns, linkVeth, type Netns } from "./netns.js";

export interface LineOptions {
  /** Reverse path filter of the router, as net.ipv4.conf.all.rp_filter. */
  readonly rpFilter?: 0 | 1 | 2;
}

/** A - R - B. Devices: `a-r` in A, `r-a` and `r-b` in R, `b-r` in B. A and B have default routes to R. */
export interface Line extends AsyncDisposable {
  readonly a: Netns;
  readonly r: Netns;
  readonly b: Netns;
  readonly address: {
    readonly a: Addresses;
    readonly ra: Addresses;
    readonly rb: Addresses;
    readonly b: Addresses;
    /** Beyond every route of R, but inside `prefixes`. */
    readonly nowhere: Addresses;
  };
  /** All addresses of this set, for a ground truth's filter: [IPv4, IPv6]. */
  readonly prefixes: readonly [string, string];
  remove(): Promise<void>;
}

/** A host with device `host-peer`, and its peer with `peer-host`. No default routes. */
export interface Pair extends AsyncDisposable {
  readonly host: Netns;
  readonly peer: Netns;
  readonly address: { readonly host: Addresses; readonly peer: Addresses; readonly nowhere: Addresses };
  readonly prefixes: readonly [string, string];
  remove(): Promise<void>;
}

interface Addresses {
  readonly ipv4: string;
  readonly ipv6: string;
}

const FORWARDING = { "net.ipv4.ip_forward": 1, "net.ipv6.conf.all.forwarding": 1 };

/** Lanes of `npm test` run beside each other (scripts/test/main.mjs), so each has addresses of its own. */
const SETS_OF_A_LANE = 66;
const LANE = Number(process.env["TABLESNOOP_LANE"] ?? 0);

let sets = process.pid % SETS_OF_A_LANE;

export async function createLine({ rpFilter = 0 }: LineOptions = {}): Promise<Line> {
  const set = nextSet();
  const [a, ra] = [set.address(1, 1), set.address(1, 2)];
  const [rb, b] = [set.address(2, 1), set.address(2, 2)];
  const parts = await createAll(["a", "r", "b"]);
  const [netnsA, netnsR, netnsB] = parts;
  await orRemove(parts, async () => {
    await netnsR.sysctl({ ...FORWARDING, "net.ipv4.conf.all.rp_filter": rpFilter });
    await linkVeth(
      { netns: netnsA, device: "a-r", addresses: withLength(a) },
      { netns: netnsR, device: "r-a", addresses: withLength(ra) },
    );
    await linkVeth(
      { netns: netnsR, device: "r-b", addresses: withLength(rb) },
      { netns: netnsB, device: "b-r", addresses: withLength(b) },
    );
    await netnsA.ip(`route add default via ${ra.ipv4}`, `route add default via ${ra.ipv6}`);
    await netnsB.ip(`route add default via ${rb.ipv4}`, `route add default via ${rb.ipv6}`);
    await becomeQuiet(parts);
  });
  return {
    a: netnsA,
    r: netnsR,
    b: netnsB,
    address: { a, ra, rb, b, nowhere: set.address(99, 7) },
    prefixes: set.prefixes,
    ...removal(parts),
  };
}

export async function createPair(): Promise<Pair> {
  const set = nextSet();
  const [host, peer] = [set.address(1, 1), set.address(1, 2)];
  const parts = await createAll(["host", "peer"]);
  const [netnsHost, netnsPeer] = parts;
  await orRemove(parts, async () => {
    await linkVeth(
      { netns: netnsHost, device: "host-peer", addresses: withLength(host) },
      { netns: netnsPeer, device: "peer-host", addresses: withLength(peer) },
    );
    await becomeQuiet(parts);
  });
  return {
    host: netnsHost,
    peer: netnsPeer,
    address: { host, peer, nowhere: set.address(99, 7) },
    prefixes: set.prefixes,
    ...removal(parts),
  };
}

/**
 * Waits until the links are up and the multicast reports of that are out: no packet in or out for a tenth of a second.
 * The kernel tells IPv6 of a new carrier up to a second late, and shows it by the same act as the state of the device.
 */
export async function becomeQuiet(parts: readonly Netns[]): Promise<void> {
  let last = "";
  await waitUntil(
    "the namespaces are quiet",
    async () => {
      const links = await Promise.all(parts.map((netns) => netns.exec("ip", ["-o", "link", "show", "up"])));
      const now = (await Promise.all(parts.map(packetCounts))).join();
      const isQuiet = now === last && !links.some(({ stdout }) => /state (LOWERLAYER)?DOWN/.test(stdout));
      last = now;
      return isQuiet;
    },
    { intervalMs: 100, timeoutMs: 20_000 },
  );
}

async function packetCounts(netns: Netns): Promise<string> {
  const { stdout } = await netns.exec("cat", ["/proc/net/dev"]);
  return stdout;
}

/** 10.N.link.host/24 and fd74:N:link::host/64. */
function nextSet() {
  const number = 10 + LANE * SETS_OF_A_LANE + (sets++ % SETS_OF_A_LANE);
  return {
    prefixes: [`10.${number}.0.0/16`, `fd74:${number}::/32`] as const,
    address: (link: number, host: number): Addresses => ({
      ipv4: `10.${number}.${link}.${host}`,
      ipv6: `fd74:${number}:${link}::${host}`,
    }),
  };
}

function withLength({ ipv4, ipv6 }: Addresses): string[] {
  return [`${ipv4}/24`, `${ipv6}/64`];
}

type NetnsTuple<Labels extends readonly string[]> = { readonly [Index in keyof Labels]: Netns };

async function createAll<const Labels extends readonly string[]>(labels: Labels): Promise<NetnsTuple<Labels>> {
  const parts: Netns[] = [];
  await orRemove(parts, async () => {
    for (const label of labels) parts.push(await createNetns(label));
  });
  return parts as NetnsTuple<Labels>;
}

async function orRemove(parts: readonly Netns[], act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    await removal(parts).remove();
    throw error;
  }
}

function removal(parts: readonly Netns[]) {
  const remove = async () => {
    for (const part of parts) await part.remove();
  };
  return { remove, [Symbol.asyncDispose]: remove };
}
