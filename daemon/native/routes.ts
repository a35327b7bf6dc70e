// Which routes the kernel answers addresses by, by way of the addon: rtnetlink in the network namespace of this process. Needs
// no capability.

import { loadAddon } from "./session.js";

export interface RouteQuestion {
  /** Number of FAMILIES. */
  readonly family: number;
  /** 16 bytes, IPv4 in the first four. */
  readonly address: Uint8Array;
  /** Ifindex of the VRF that is asked in, 0 without one. */
  readonly vrf: number;
}

export interface RouteAnswer {
  /** Of the route's prefix, in bits. */
  readonly length: number;
  readonly table: number;
  /** Ifindex, 0 if the kernel names none; EGRESS_MULTIPATH of several nexthops that live. */
  readonly egress: number;
}

/** In the order of the questions. Undefined: no route, or one that rejects. */
export type RouteAnswers = readonly (RouteAnswer | undefined)[];

/** What the rules decide for packets of this machine's own: some 10 µs each. Throws KernelError. */
export function askRoutes(questions: readonly RouteQuestion[]): RouteAnswers {
  return loadAddon().askRoutes(questions);
}

/**
 * What one table answers, whether or not a rule leads there; questions of one family, whose VRF does not matter. Reads all
 * routes of the table. Throws KernelError.
 */
export function findRoutes(questions: readonly RouteQuestion[], table: number): RouteAnswers {
  return loadAddon().findRoutes(questions, table);
}
