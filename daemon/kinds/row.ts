// What one row of CounterRows is counted by.

import { FAMILIES, type Family } from "../fib/lookup.js";
import type { CounterRows } from "../native/session.js";

export interface Row {
  readonly netns: bigint;
  /** Position in KINDS. */
  readonly kind: number;
  /** Empty: the kind knows no IP addresses. */
  readonly family: Family | "";
  readonly error: number;
  /** What these mean is in the kind's event.h. */
  readonly words: readonly [number, number];
  readonly code: number;
}

export function readRow(rows: CounterRows, at: number): Row {
  return {
    netns: rows.netns[at] ?? 0n,
    kind: rows.kind[at] ?? 0,
    family: FAMILIES[rows.family[at] ?? 0] ?? "",
    error: rows.error[at] ?? 0,
    words: [rows.first[at] ?? 0, rows.second[at] ?? 0],
    code: rows.code[at] ?? 0,
  };
}

/** Whether the columns still say what `row` says: an index begins anew when the kernel's maps do. */
export function isSameKey(row: Row, rows: CounterRows, at: number): boolean {
  return (
    row.netns === rows.netns[at] &&
    row.words[0] === rows.first[at] &&
    row.words[1] === rows.second[at] &&
    row.kind === rows.kind[at] &&
    row.family === (FAMILIES[rows.family[at] ?? 0] ?? "") &&
    row.error === rows.error[at] &&
    row.code === rows.code[at]
  );
}
