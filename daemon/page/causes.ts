// What befalls packets besides missing routes: how grave it is, and how it is said. Pure.

import type { Cause, Trouble, TroubleNow } from "../wire/trouble.js";
import { rate } from "./format.js";

type Gravity = "good" | "notice" | "bad";

interface Words {
  /** From how many a second on it is a notice, and bad; the shipped alerts have the same floors. */
  readonly limits: readonly [notice: number, bad: number];
  headline(trouble: Trouble): string;
  /** Without an end: since when follows. */
  sentence(trouble: Trouble, perSecond: string): string;
}

const NEVER = Number.POSITIVE_INFINITY;
const FAMILY: Readonly<Record<string, string>> = { ipv4: "IPv4", ipv6: "IPv6" };

const TUNNEL: Readonly<Record<string, string>> = {
  no_route: "no route for the outer packet",
  loop: "its route leads back into the tunnel",
  no_fdb_entry: "no entry in its forwarding table",
};

const IP_ERROR: Readonly<Record<string, string>> = {
  rp_filter: "the reverse path filter refuses them",
  address: "their address is not one to forward for",
  header: "their TTL ran out, or their header is malformed",
  discard: "discarded, for want of memory or a device",
  too_big: "too big for the next link",
  fragmentation: "they could not be fragmented",
};

/** The gravest first. */
const CAUSES: Readonly<Record<Cause, Words>> = {
  neighbours_full: {
    limits: [0, 0],
    headline: ({ family }) => `The ${named(family)} neighbour table is full`,
    sentence: ({ family }, perSecond) =>
      `${perSecond} new ${named(family)} neighbours/s find no room in the kernel’s table; net.${family}.neigh.default.gc_thresh3 makes more`,
  },
  neighbour: {
    limits: [0.1, NEVER],
    headline: ({ netns, device }) => silent(netns, device),
    sentence: ({ netns, family, device }, perSecond) =>
      `${netns}: ${perSecond} ${named(family)} neighbours/s on ${device} do not answer`,
  },
  tunnel: {
    limits: [0.2, 1],
    headline: ({ netns, device, detail }) => `Tunnel ${device} in ${netns} cannot send: ${TUNNEL[detail] ?? detail}`,
    sentence: ({ netns, device, detail }, perSecond) =>
      `${netns}: ${perSecond} packets/s are dropped at the tunnel ${device}: ${TUNNEL[detail] ?? detail}`,
  },
  mpls: {
    limits: [0, 1],
    headline: ({ netns, device }) => `Labelled packets from ${device} find no route in ${netns}`,
    sentence: ({ netns, device }, perSecond) =>
      `${netns}: ${perSecond} labelled packets/s from ${device} have a label without a route`,
  },
  drop: {
    limits: [0, 1],
    // One neighbour fails every three seconds, the packets for it drop all the time: it is one trouble, with one name.
    headline: ({ netns, device, detail }) =>
      detail === "neigh_failed" ? silent(netns, device) : `Packets are dropped in ${netns}: ${detail}`,
    sentence: ({ netns, family, device, detail }, perSecond) =>
      `${netns}: ${perSecond}${family === "" ? "" : ` ${named(family)}`} packets/s are dropped${device === "" ? "" : ` at ${device}`}: ${detail}`,
  },
  ip_error: {
    limits: [1, NEVER],
    headline: ({ netns, family, detail }) =>
      `${named(family)} packets are dropped in ${netns}: ${IP_ERROR[detail] ?? detail}`,
    sentence: ({ netns, family, detail }, perSecond) =>
      `${netns}: ${perSecond} ${named(family)} packets/s are dropped: ${IP_ERROR[detail] ?? detail}`,
  },
  default_route: {
    limits: [0, NEVER],
    headline: ({ netns, family }) => `${netns} has lost its ${named(family)} default route`,
    sentence: ({ netns, family, detail }) =>
      `${netns}: table ${detail} had an ${named(family)} default route and has none`,
  },
  fdb_moved: {
    limits: [0.5, NEVER],
    headline: ({ netns, device }) => `Addresses move between the ports of ${device} in ${netns}`,
    sentence: ({ netns, device }, perSecond) =>
      `${netns}: ${perSecond} times/s an address moves between the ports of ${device}`,
  },
  neighbours_nearly_full: {
    limits: [0, NEVER],
    headline: ({ family }) => `The ${named(family)} neighbour table is nearly full`,
    sentence: ({ family }) =>
      `More than nine tenths of the kernel’s ${named(family)} neighbour table are taken, by all namespaces together`,
  },
};

const ORDER = Object.keys(CAUSES);

/** `good`: worth a sentence, but no problem. */
export function gravity({ cause, detail, perSecond }: TroubleNow): Gravity {
  // A frame that no entry leads is flooded or dropped as somebody configured it.
  if (cause === "tunnel" && detail === "no_fdb_entry") return "good";
  const [notice, bad] = CAUSES[cause].limits;
  if (perSecond >= bad) return "bad";
  return perSecond >= notice ? "notice" : "good";
}

export function headlineOf(trouble: Trouble): string {
  return CAUSES[trouble.cause].headline(trouble);
}

/** Without an end: since when follows. */
export function sentenceOf(trouble: TroubleNow): string {
  return CAUSES[trouble.cause].sentence(trouble, rate(trouble.perSecond));
}

/** Those that are a problem first, then by cause, then as they were. */
export function inOrder(troubles: readonly TroubleNow[]): TroubleNow[] {
  const rank = (trouble: TroubleNow) => ORDER.indexOf(trouble.cause) + (gravity(trouble) === "good" ? ORDER.length : 0);
  return [...troubles].sort((a, b) => rank(a) - rank(b));
}

function silent(netns: string, device: string): string {
  return `Neighbours${device === "" ? "" : ` on ${device}`} in ${netns} do not answer`;
}

function named(family: string): string {
  return FAMILY[family] ?? family;
}
