// What the page at / is told as JSON: the answers of /api/lookups and /api/history. Types only, shared with daemon/page/.
// Words are those of the metrics' labels; rates are per second.

import type { Direction, Family } from "../fib/lookup.js";
import type { TroubleHistory, TroubleNow } from "./trouble.js";

export interface LookupsSnapshot {
  /** How long ago began what the rates are taken over; 0 before the first lookup could be counted. */
  readonly rateSeconds: number;
  readonly probes: readonly ProbeNow[];
  /** What cannot be read just now; its last good data is shown. */
  readonly readErrors: readonly { readonly source: string; readonly error: string }[];
  /** Namespaces in which something was counted in the last minutes, those with the worst news first. */
  readonly netns: readonly NetnsNow[];
  /** Namespaces beyond the limit. */
  readonly netnsOmitted: number;
  /** What befell packets in the last minutes besides missing routes; the most frequent first. */
  readonly troubles: readonly TroubleNow[];
  /** Troubles beyond the limit. */
  readonly troublesOmitted: number;
  /** If there are too many, those with the most lookups per second. */
  readonly rows: readonly RowNow[];
  readonly rowsOmitted: number;
  /** Whether the kernel's own count of packets without a route is read. */
  readonly countsNoRoute: boolean;
  /** Lookups counted without detail, and keys summed under `other`. */
  readonly counterOverflow: number;
  readonly seriesFolded: number;
}

/** The answer of /api/lookups. */
export interface LookupsAnswer extends LookupsSnapshot {
  readonly version: string;
  readonly backend: string;
  /** Why it is not the better one; empty if it is, or if this one was asked for. */
  readonly backendReason: string;
  /** Lookups that cannot be seen, in words, and why. */
  readonly unseen: readonly { readonly kind: string; readonly reason: string }[];
  readonly hasStream: boolean;
  /** The namespaces that are shown at all; empty: all. The stream is of one of several. */
  readonly netnsShown: readonly string[];
}

interface ProbeNow {
  readonly probe: string;
  readonly backend: string;
  readonly attached: boolean;
  readonly isMissing: boolean;
  /** Why it is not attached; empty if it is. */
  readonly reason: string;
}

export interface NetnsNow {
  readonly netns: string;
  readonly lookupsPerSecond: number;
  /** Lookups after which the kernel asks the next rule. */
  readonly missesPerSecond: number;
  /** The other failures: unreachable, prohibit, blackhole, error. */
  readonly rejectsPerSecond: number;
  /** Packets the kernel gave up on, where there were any in the last minutes. */
  readonly noRoute: readonly NoRouteNow[];
  /** Packets forwarded and sent, by the kernel's account; 0 if that is not read. */
  readonly routedPerSecond: number;
}

interface NoRouteNow {
  readonly family: Family;
  readonly direction: Direction;
  readonly packetsPerSecond: number;
}

export interface RowNow {
  readonly netns: string;
  readonly family: string;
  readonly table: string;
  /** Empty for a failed lookup. */
  readonly egress: string;
  readonly result: string;
  readonly lookups: number;
  readonly lookupsPerSecond: number;
}

export interface HistorySnapshot {
  /** When each point ended, in seconds since 1970; oldest first. */
  readonly times: readonly number[];
  /** Those of NetnsNow with the most to tell. */
  readonly netns: readonly NetnsHistory[];
  readonly netnsOmitted: number;
  /** Those of LookupsSnapshot. */
  readonly troubles: readonly TroubleHistory[];
}

/** One number per point, each per second. */
export interface NetnsHistory {
  readonly netns: string;
  readonly lookups: readonly number[];
  readonly misses: readonly number[];
  readonly rejects: readonly number[];
  readonly noRoute: readonly number[];
}
