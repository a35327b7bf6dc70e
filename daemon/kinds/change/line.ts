import type { CommonLine } from "../../wire/line.js";

/** One change of a route. */
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
  /** A replaced route is told as it is now. Of another namespace than the own one, a route that takes another's place is added too. */
  readonly change: "added" | "replaced" | "removed";
}
