import type { CommonLine } from "../../wire/line.js";
import type { VxlanResult } from "./kind.js";

/** One frame that a VXLAN device was to send, looked up in its forwarding table. */
export interface VxlanLookup extends Omit<CommonLine, "family"> {
  readonly kind: "tunnel";
  readonly family: null;
  /** The frame's destination: six bytes in hexadecimal, with colons between them. */
  readonly mac: string;
  readonly vni: number;
  readonly device: string | null;
  readonly result: VxlanResult;
  /** 0 unless there was no entry at all. */
  readonly errno: number;
}
