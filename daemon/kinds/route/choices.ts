// Lookups that found a route with several nexthops. Where the kernel lets the choice be seen, it is counted once more
// under the device chosen; so it is taken off the lookups that stay "multipath".

import { EGRESS_MULTIPATH, SELECTED } from "../../fib/lookup.js";
import type { LookupRow } from "../row.js";

export class Choices {
  /** Choices not yet taken off, by table. A choice may be read before its lookup. */
  readonly #open = new Map<string, bigint>();

  add(choice: LookupRow, delta: bigint): void {
    if (delta === 0n) return;
    const table = tableKey(choice);
    this.#open.set(table, (this.#open.get(table) ?? 0n) + delta);
  }

  /** How many of so many lookups are not known by their choice. */
  unchosen(lookup: LookupRow, delta: bigint): bigint {
    const table = tableKey(lookup);
    const open = this.#open.get(table);
    if (open === undefined) return delta;
    if (open > delta) {
      this.#open.set(table, open - delta);
      return 0n;
    }
    this.#open.delete(table);
    return delta - open;
  }

  /** The key is gone, and with it the chance that its table still accounts for open choices. */
  forget(row: LookupRow): void {
    if (isChoice(row) || hasSeveral(row)) this.#open.delete(tableKey(row));
  }
}

export function isChoice(row: LookupRow): boolean {
  return row.kind === "route" && row.error === 0 && row.type === SELECTED;
}

/** A lookup after which a choice may be counted. */
export function hasSeveral(row: LookupRow): boolean {
  return row.kind === "route" && row.error === 0 && row.egress === EGRESS_MULTIPATH;
}

function tableKey({ netns, family, table }: LookupRow): string {
  return `${netns} ${family} ${table}`;
}
