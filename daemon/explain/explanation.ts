// How the kernel decided, step by step: what `tablesnoop explain --json` prints.

import type { Family, Result } from "../fib/lookup.js";
import type { Encap } from "../kinds/encap/line.js";
import type { RemovedRoute } from "../wire/change.js";
import type { Hop } from "./replies.js";

export interface RuleStep {
  readonly step: "rule";
  readonly priority: number | null;
  /** As `ip rule` words it; null: it is not in the list any more. */
  readonly rule: string | null;
  readonly action: string | null;
  readonly result: Result;
}

export interface TableStep {
  readonly step: "table";
  readonly table: { readonly id: number; readonly name: string | null };
  /** What it answered. */
  readonly result: Result;
  /** Found, but the rule that led here does not take a route like this (suppress_prefixlength, suppress_ifgroup). */
  readonly suppressed: boolean;
  /** Of the route that answered; null if none did, or it is not known. */
  readonly prefix: string | null;
  readonly type: string | null;
  /** The only rule that leads to this table; null if several do, or none is needed. Read from the list, not seen. */
  readonly by: { readonly priority: number; readonly rule: string } | null;
}

export interface NexthopsStep {
  readonly step: "nexthops";
  readonly of: readonly Hop[];
  /** Position in `of`; null: it cannot be told. */
  readonly chosen: number | null;
}

export interface EncapStep {
  readonly step: "encap";
  readonly encap: Encap;
}

export interface NeighbourStep {
  readonly step: "neighbour";
  readonly address: string;
  readonly device: string;
  /** As `ip neigh` words it, in lower case; "none": the kernel does not know it yet. */
  readonly state: string;
  readonly lladdr: string | null;
}

export type Step = RuleStep | TableStep | NexthopsStep | EncapStep | NeighbourStep;

export interface Explanation {
  readonly destination: string;
  readonly family: Family;
  readonly netns: { readonly name: string | null; readonly inode: number };
  readonly from: string | null;
  readonly iif: string | null;
  readonly oif: string | null;
  readonly mark: number | null;
  readonly dscp: number | null;
  readonly uid: number | null;
  /** In the order in which they happened. */
  readonly steps: readonly Step[];
  readonly routed: boolean;
  readonly result: Result;
  /** Of a packet without a route, the one that it lacks now; null: none is known. */
  readonly removed: RemovedRoute | null;
  /** One sentence. */
  readonly verdict: string;
  /** What could not be seen, and what else there is to know. */
  readonly notes: readonly string[];
}
