// What one look at the kernel's side told. What could not be read is as it was when it last could.

import type { CounterRows, EventsDropped, Inventory, ProbeState } from "../native/session.js";

export const SOURCES = [
  "counters",
  "inventory",
  "probes",
  "events",
  "changes",
  "failures",
  "retirement",
  "routes",
] as const;
export type Source = (typeof SOURCES)[number];

export interface Reading {
  /** Milliseconds of a monotonic clock. */
  readonly at: number;
  /** Absent if they could not be read: they are sums, so the next ones tell all. */
  readonly rows?: CounterRows;
  /** Lookups counted without detail, by kind and family. */
  readonly overflow: readonly bigint[];
  readonly inventory: Inventory;
  /** Whether the inventory could be read, so that every name is known. */
  readonly isNamed: boolean;
  /** When it last was; the start if never. */
  readonly namedAt: number;
  readonly probes: readonly ProbeState[];
  readonly dropped: EventsDropped;
  /** What failed, and how. */
  readonly failed: ReadonlyMap<Source, Error>;
  /** Failures since the start. */
  readonly failures: ReadonlyMap<Source, number>;
}
