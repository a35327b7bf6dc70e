import type { CommonLine } from "../../wire/line.js";
import type { Change, FLOODED } from "./change.js";

/** One change of a bridge's forwarding table, or one frame to a station at no known port, which changes nothing. */
export interface FdbChange extends Omit<CommonLine, "family"> {
  readonly kind: "fdb";
  readonly family: null;
  readonly bridge: string | null;
  /** Six bytes in hexadecimal, with colons between them. */
  readonly mac: string;
  /** Null where the bridge tells no VLANs apart. */
  readonly vlan: number | null;
  readonly change: Change | typeof FLOODED;
  /** Device where the station is now; null if removed or flooded. */
  readonly port: string | null;
  /** Where it was, or where the flooded frame came in; null if learned, or unknown. */
  readonly from: string | null;
}
