// Changes of routes, by way of the addon: of the daemon's own namespace as rtnetlink tells of them, counted and kept on a
// thread of their own; of the others as the probe keeps them, where there is one. Whether or not anybody asks.

import { loadAddon, type Session } from "./session.js";

/** By number. */
export const ROUTE_CHANGES = ["added", "replaced", "removed"] as const;

/** Of the daemon's own namespace since the start, one array per column: how often routes of this sort changed. */
export interface RouteChangeCounts {
  /** Cookie of the namespace. */
  readonly netns: bigint;
  /** Numbers of FAMILIES. */
  readonly family: Uint8Array;
  /** With protocol 0: all that found no room. */
  readonly table: Uint32Array;
  readonly protocol: Uint8Array;
  /** [row * 3 + number of ROUTE_CHANGES]. */
  readonly count: Float64Array;
}

export interface RouteChangeRow {
  /** Cookie of the namespace. */
  readonly netns: bigint;
  readonly unixMs: number;
  /** Of ROUTE_CHANGES. */
  readonly change: number;
  /** The kernel did not tell of it: it was found by comparing the tables with what they were, and is somewhat older. */
  readonly isFound: boolean;
  /** Of FAMILIES. */
  readonly family: number;
  readonly table: number;
  readonly metric: number;
  readonly protocol: number;
  /** The kernel's RTN_…. */
  readonly type: number;
  readonly destination: string;
  readonly length: number;
  /** Of the first nexthop; empty: none. */
  readonly gateway: string;
  /** Device of the first nexthop, as it was called then, printable; empty: none. */
  readonly device: string;
  /** How many the route has. */
  readonly nexthops: number;
}

interface RouteChangesState {
  /** Notices about routes. */
  readonly notices: number;
  /** Times notices were lost because they came too fast. */
  readonly overruns: number;
  /** Routes there are; if they are not compared, about so many. */
  readonly routes: number;
  /** Whether the tables are compared with what they were; else there are too many routes, and what goes unsaid stays unknown. */
  readonly isCompared: boolean;
  /** Why nothing can be heard; empty if it can. It is tried again and again. */
  readonly fault: string;
}

/** Belongs to the thread that opened it. Closed, it throws on everything but `close`. */
export interface RouteChanges {
  counts(): RouteChangeCounts;
  state(): RouteChangesState;
  /** Newest first: of the last 4,096 in the own namespace, and of the last 4,096 in all others. */
  newest(most: number): RouteChangeRow[];
  /**
   * The longest removed prefix that covered the destination, in this table unless it is 0: removed since then, or earlier and
   * still gone.
   */
  cause(
    netns: bigint,
    family: number,
    destination: string,
    table: number,
    sinceUnixMs: number,
  ): RouteChangeRow | undefined;
  /** Has the tables read and compared. */
  moved(): void;
  close(): void;
}

/** Tells the listeners of `session` too, which is to be closed after it. Needs no capability. Throws KernelError. */
export function openRouteChanges(session: Session): RouteChanges {
  return new (loadAddon().RouteChanges)(session);
}
