import type { CommonLine } from "../../wire/line.js";
import type { Change } from "./change.js";

/** One change of a bridge's forwarding table. */
export interface FdbChange extends Omit<CommonLine, "family"> {
  readonly kind: "fdb";
  readonly family: null;
  readonly bridge: string | null;
  /** Six bytes in hexadecimal, with colons between them. */
  readonly mac: string;
  /** Null where the bridge tells no VLANs apart. */
  readonly vlan: number | null;
  readonly change: Change;
  /** Device where the station is now; null if removed. */
  readonly port: string | null;
  /** Where it was; null if learned, or unknown. */
  readonly from: string | null;
}
