import type { FlowLine } from "../../wire/line.js";
import type { Encap } from "../encap/line.js";

/** One lookup in one routing table. */
export interface RouteLookup extends FlowLine {
  readonly kind: "route";
  readonly table: { readonly id: number; readonly name: string | null };
  /** Of the route; null where the probes cannot tell it. */
  readonly prefix: string | null;
  readonly gateway: string | null;
  /** Device; "multipath" where only the group of nexthops is known. */
  readonly egress: string | null;
  /** unicast, local, blackhole, ... */
  readonly type: string | null;
  /** The tunnel its nexthop leads into; null if none, or if it is not known which nexthop is taken. */
  readonly encap: Encap | null;
  /** The same for lookups that the kernel made for one decision; null where that cannot be told. */
  readonly decision: number | null;
  /** What of netfilter asked for it: "nft fib prerouting"; null if nothing did, or it is not counted. */
  readonly by: string | null;
}
