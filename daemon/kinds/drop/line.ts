import type { CommonLine } from "../../wire/line.js";

/** A packet that was dropped for a reason of routing, of neighbours or of tunnels. */
export interface Drop extends CommonLine {
  readonly kind: "drop";
  /** 0.0.0.0 or :: where its header could not be read. */
  readonly src: string;
  readonly dst: string;
  /** Where it was at its end: what it came in by, or was to leave by. */
  readonly device: string | null;
  /** The kernel's word: ip_innoroutes, neigh_failed, ... */
  readonly reason: string | null;
  /** IP protocol number. */
  readonly proto: number;
  readonly result: "dropped";
}
