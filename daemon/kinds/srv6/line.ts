import type { CommonLine } from "../../wire/line.js";
import type { Srv6Result } from "./kind.js";

/** One packet for a segment identifier of this machine. */
export interface Srv6Packet extends CommonLine {
  readonly kind: "srv6";
  readonly family: "ipv6";
  readonly src: string;
  /** The segment identifier. */
  readonly dst: string;
  /** Where it came in. */
  readonly iif: string | null;
  /** End, End.DT6, ... */
  readonly action: string;
  readonly result: Srv6Result;
  /** What the kernel answers; 255: it dropped the packet and gives no errno. */
  readonly errno: number;
}
