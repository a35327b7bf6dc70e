import type { CommonLine } from "../../wire/line.js";
import type { NeighbourResult } from "./kind.js";

/** One resolution of a neighbour's link-layer address that ended. */
export interface NeighbourResolution extends CommonLine {
  readonly kind: "neighbour";
  readonly dst: string;
  readonly device: string | null;
  /** Null if it failed. */
  readonly lladdr: string | null;
  readonly result: NeighbourResult;
  /** Sent until the answer; null where the kernel does not tell it. */
  readonly probes: number | null;
}
