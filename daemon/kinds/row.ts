// What one row of CounterRows is counted by, in the words of fib/.

import { FAMILIES, type Family, KINDS, type Kind } from "../fib/lookup.js";
import type { CounterRows } from "../native/session.js";

export interface LookupRow {
  readonly netns: bigint;
  readonly kind: Kind;
  readonly family: Family;
  readonly table: number;
  /** Route: ifindex. Rule: its priority. */
  readonly egress: number;
  readonly error: number;
  /** Route: its type. Rule: its action. */
  readonly type: number;
}

export function lookupRow(rows: CounterRows, at: number): LookupRow {
  return {
    netns: rows.netns[at] ?? 0n,
    kind: KINDS[rows.kind[at] ?? 0] ?? "route",
    family: FAMILIES[rows.family[at] ?? 0] ?? "ipv4",
    table: rows.table[at] ?? 0,
    egress: rows.egress[at] ?? 0,
    error: rows.error[at] ?? 0,
    type: rows.type[at] ?? 0,
  };
}

/** Whether the columns still say what `row` says: an index begins anew when the kernel's maps do. */
export function isSameKey(row: LookupRow, rows: CounterRows, at: number): boolean {
  return (
    row.netns === rows.netns[at] &&
    row.table === rows.table[at] &&
    row.egress === rows.egress[at] &&
    row.kind === KINDS[rows.kind[at] ?? 0] &&
    row.family === FAMILIES[rows.family[at] ?? 0] &&
    row.error === rows.error[at] &&
    row.type === rows.type[at]
  );
}

/** The device a key hangs on; 0 if it hangs on its namespace only. */
export function ifindexOf(row: LookupRow): number {
  return row.kind === "route" ? row.egress : 0;
}
