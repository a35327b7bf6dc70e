import type { CommonLine } from "../../wire/line.js";
import type { MplsResult } from "./kind.js";

/** One labelled packet that came in. */
export interface MplsLookup extends Omit<CommonLine, "family"> {
  readonly kind: "mpls";
  readonly family: null;
  /** The outermost it came with. */
  readonly label: number;
  readonly iif: string | null;
  /** What it leaves with in place of that, outermost first; empty if it is only taken off, or has no nexthop. */
  readonly labels: readonly number[];
  /** Labels beyond those. */
  readonly omitted: number;
  readonly egress: string | null;
  readonly result: MplsResult;
  readonly errno: number;
}
