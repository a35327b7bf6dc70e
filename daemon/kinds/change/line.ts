import type { CommonLine } from "../../wire/line.js";

/** One change of a route, in the namespace of whoever listens. */
export interface RouteChange extends CommonLine {
  readonly kind: "change";
  /** As `ip route` has it. */
  readonly prefix: string;
  readonly table: { readonly id: number; readonly name: string | null };
  /** Gateway of the first nexthop; null if it has none. */
  readonly via: string | null;
  /** Device of the first nexthop; null if it has none. */
  readonly device: string | null;
  readonly nexthops: number;
  /** What put the route there: its name, or its number. */
  readonly protocol: string;
  readonly type: string;
  readonly metric: number;
  /** A replaced route is told as it is now. */
  readonly change: "added" | "replaced" | "removed";
}
