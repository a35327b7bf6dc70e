// Lookups that found a route with several nexthops. Where the kernel lets the choice be seen, it is counted once more
// under the device chosen; so it is taken off the lookups that stay "multipath".

import { ABI } from "../../native/abi.js";
import type { Correction } from "../kind.js";
import type { Row } from "../row.js";

export class Choices implements Correction {
  /** Choices not yet taken off, by table. A choice may be read before its lookup. */
  readonly #open = new Map<string, bigint>();

  /** After all choices, which are taken off. */
  isLast(row: Row): boolean {
    return hasSeveral(row);
  }

  counted(row: Row, risen: bigint): bigint {
    if (hasSeveral(row)) return this.#unchosen(row, risen);
    if (isChoice(row) && risen > 0n) {
      const table = tableKey(row);
      this.#open.set(table, (this.#open.get(table) ?? 0n) + risen);
    }
    return risen;
  }

  /** With the row goes the chance that its table still accounts for open choices. */
  forget(row: Row): void {
    if (isChoice(row) || hasSeveral(row)) this.#open.delete(tableKey(row));
  }

  #unchosen(lookup: Row, risen: bigint): bigint {
    const table = tableKey(lookup);
    const open = this.#open.get(table);
    if (open === undefined) return risen;
    if (open > risen) {
      this.#open.set(table, open - risen);
      return 0n;
    }
    this.#open.delete(table);
    return risen - open;
  }
}

function isChoice({ error, code }: Row): boolean {
  return error === 0 && code === ABI.TS_ROUTE_SELECTED;
}

/** A lookup after which a choice may be counted. */
function hasSeveral({ error, words }: Row): boolean {
  return error === 0 && words[ABI.TS_ROUTE_EGRESS] === ABI.TS_EGRESS_MULTIPATH;
}

function tableKey({ netns, family, words }: Row): string {
  return `${netns} ${family} ${words[ABI.TS_ROUTE_TABLE]}`;
}
