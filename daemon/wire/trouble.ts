// What keeps packets from where they are to go, although a route may be there, as the page is told it. Types only.

export type Cause =
  /** A neighbour does not answer; `device`. */
  | "neighbour"
  /** An entry was refused; the table is one for all namespaces. */
  | "neighbours_full"
  | "neighbours_nearly_full"
  /** The outer packet could not be sent; `detail` is the reason. */
  | "tunnel"
  /** A label without a route; `device`. */
  | "mpls"
  /** By IP's own account; `detail` is the reason. */
  | "ip_error"
  /** By the kernel's drop reasons, where no other account has it; `detail` is the reason. */
  | "drop"
  /** Addresses move between the ports of the bridge `device`. */
  | "fdb_moved"
  /** The table `detail` had one, and has none. */
  | "default_route";

/** Words are those of the metrics' labels; empty where it has none. */
export interface Trouble {
  readonly cause: Cause;
  readonly netns: string;
  readonly family: string;
  readonly device: string;
  readonly detail: string;
}

export interface TroubleNow extends Trouble {
  /** What lasts without being counted, such as a lost default route, has some number above 0. */
  readonly perSecond: number;
}

/** One number per point of the history. */
export interface TroubleHistory extends Trouble {
  readonly perSecond: readonly number[];
}
