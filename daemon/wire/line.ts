// One lookup as a JSON line has it, for programs: what all kinds have in common. Each kind adds its own.

import type { Family, Result } from "../fib/lookup.js";

export interface CommonLine {
  /** To the millisecond; `timestamp` has the microseconds. */
  readonly time: Date;
  /** RFC 3339 in UTC. */
  readonly timestamp: string;
  readonly family: Family;
  /** Where it was looked up; all null if that is unknown. */
  readonly netns: { readonly cookie: bigint | null; readonly inode: number | null; readonly name: string | null };
}

/** A lookup for a flow of IP packets. */
export interface FlowLine extends CommonLine {
  readonly src: string;
  readonly dst: string;
  /** Devices the flow came from and is bound to, not what was found. */
  readonly iif: string | null;
  readonly oif: string | null;
  readonly dscp: number;
  /** Null for IPv4. */
  readonly flowlabel: number | null;
  readonly mark: number;
  /** IP protocol number. */
  readonly proto: number;
  readonly result: Result;
  /** Positive; 0 if found. */
  readonly errno: number;
}
