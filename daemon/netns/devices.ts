// Names of network devices by (netns cookie, ifindex), and which table is which VRF. An ifindex alone names nothing:
// every namespace counts from 1. Devices that are gone keep their last name for a while.

import { EGRESS_MULTIPATH } from "../fib/lookup.js";
import type { DeviceRow } from "../native/session.js";

interface Named {
  name: string;
  seenAt: number;
}

type ByNetns = Map<bigint, Map<number, Named>>;

/** Words with a meaning of their own in the label `egress`. */
const RESERVED: ReadonlySet<string> = new Set(["multipath", "other"]);

export class DeviceNames {
  readonly #keepMs: number;
  readonly #devices: ByNetns = new Map();
  readonly #vrfs: ByNetns = new Map();
  #refreshedAt = Number.NEGATIVE_INFINITY;

  /** Names of what is gone are kept for `keepMs`. */
  constructor(keepMs: number) {
    this.#keepMs = keepMs;
  }

  refresh(rows: readonly DeviceRow[], now: number): void {
    this.#refreshedAt = now;
    for (const { netns, ifindex, name, vrfTable } of rows) {
      remember(this.#devices, netns, ifindex, name, now);
      if (vrfTable !== 0) remember(this.#vrfs, netns, vrfTable, name, now);
    }
    forget(this.#devices, now - this.#keepMs);
    forget(this.#vrfs, now - this.#keepMs);
  }

  /** Label `egress` of a route lookup. */
  egress(netns: bigint, ifindex: number): string {
    if (ifindex === 0) return "";
    if (ifindex === EGRESS_MULTIPATH) return "multipath";
    const name = this.#devices.get(netns)?.get(ifindex)?.name;
    return name === undefined || RESERVED.has(name) ? String(ifindex) : name;
  }

  /** Device whose VRF the table is, empty if it is none. */
  vrf(netns: bigint, table: number): string {
    return this.#vrfs.get(netns)?.get(table)?.name ?? "";
  }

  *vrfs(): Generator<{ readonly netns: bigint; readonly table: number; readonly name: string }> {
    for (const [netns, inside] of this.#vrfs) {
      for (const [table, { name }] of inside) yield { netns, table, name };
    }
  }

  isPresent(netns: bigint, ifindex: number): boolean {
    return this.#devices.get(netns)?.get(ifindex)?.seenAt === this.#refreshedAt;
  }
}

function remember(map: ByNetns, netns: bigint, number: number, name: string, now: number): void {
  let inside = map.get(netns);
  if (inside === undefined) {
    inside = new Map();
    map.set(netns, inside);
  }
  const known = inside.get(number);
  if (known === undefined) inside.set(number, { name, seenAt: now });
  else {
    known.name = name;
    known.seenAt = now;
  }
}

function forget(map: ByNetns, before: number): void {
  for (const [netns, inside] of map) {
    for (const [number, named] of inside) {
      if (named.seenAt < before) inside.delete(number);
    }
    if (inside.size === 0) map.delete(netns);
  }
}
