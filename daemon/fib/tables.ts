// Names of routing tables, from the text of iproute2's rt_tables.

import { isTelling, parseRtNames } from "./rt_names.js";

/** linux/rtnetlink.h */
export const RT_TABLE_MAIN = 254;

const BUILT_IN: readonly (readonly [number, string])[] = [
  [255, "local"],
  [RT_TABLE_MAIN, "main"],
  [253, "default"],
  [0, "unspec"],
];

const ID_MAX = 0xffffffff;

export class TableNames {
  readonly #byId: ReadonlyMap<number, string>;
  readonly #taken: ReadonlySet<string>;

  constructor(byId: ReadonlyMap<number, string>) {
    this.#byId = byId;
    this.#taken = new Set(byId.values());
  }

  /** Id and name of every table that has its name in all namespaces. */
  entries(): IterableIterator<[number, string]> {
    return this.#byId.entries();
  }

  /** Name of a table; `vrf` is the device whose VRF the table is in its namespace, empty if there is none. */
  name(id: number, vrf = ""): string {
    const named = this.#byId.get(id);
    if (named !== undefined) return named;
    return vrf !== "" && !this.#taken.has(vrf) && isTelling(vrf) ? vrf : String(id);
  }
}

export function parseTables(text: string): TableNames {
  return new TableNames(parseRtNames(text, BUILT_IN, ID_MAX));
}
