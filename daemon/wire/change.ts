// Changes of routes as JSON has them. Types only, shared with daemon/page/. Words are those of the metrics' labels.

import type { Family } from "../fib/lookup.js";

/** A route that was removed, and that a destination then lacked. */
export interface RemovedRoute {
  readonly prefix: string;
  /** Gateway of its first nexthop; null: it had none. */
  readonly via: string | null;
  /** Device of its first nexthop; null: it had none. */
  readonly device: string | null;
  readonly protocol: string;
  readonly table: string;
  /** RFC 3339, in UTC. */
  readonly time: string;
}

export interface RouteChangeSeen extends Omit<RemovedRoute, "prefix"> {
  readonly change: "added" | "replaced" | "removed";
  /** false: the kernel did not tell; the tables were compared with what they had been, some time before this. */
  readonly told: boolean;
  readonly netns: string;
  readonly family: Family;
  /** Null where addresses are not shown; so is `via`. */
  readonly prefix: string | null;
  readonly type: string;
  readonly metric: number;
  readonly nexthops: number;
}

/** The answer of /api/changes. */
export interface ChangesAnswer {
  readonly prefixesShown: boolean;
  /** Newest first. */
  readonly changes: readonly RouteChangeSeen[];
}
