// Names of routing tables, from the text of iproute2's rt_tables.

const BUILT_IN: readonly (readonly [number, string])[] = [
  [255, "local"],
  [254, "main"],
  [253, "default"],
  [0, "unspec"],
];

const ID_MAX = 0xffffffff;

/** "0x" hex or decimal id, a name, then anything: iproute2 reads no further either. */
const LINE = /^\s*(0x[0-9a-f]+|\d+)\s+([^\s#]\S*)/i;

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

/** Of two lines with one id, or with one name, the first counts; bad lines are ignored. */
export function parseTables(text: string): TableNames {
  const byId = new Map(BUILT_IN);
  const taken = new Set(byId.values());
  for (const line of text.split("\n")) {
    const [, number, name] = LINE.exec(line) ?? [];
    if (number === undefined || name === undefined) continue;
    const id = Number(number);
    if (id > ID_MAX || byId.has(id) || taken.has(name) || !isTelling(name)) continue;
    byId.set(id, name);
    taken.add(name);
  }
  return new TableNames(byId);
}

/** A number would be taken for another table's id; "other" is where folded series go. */
function isTelling(name: string): boolean {
  return name !== "other" && !/^\d+$/.test(name);
}
