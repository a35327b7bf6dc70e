// Names of nft's sets by the handles that the kernel gives them. Sets that are gone keep their last names for a while.

import type { NftSetRow } from "../native/session.js";

export interface NftSet {
  /** As nft writes it, with its family: "inet filter". */
  readonly table: string;
  readonly set: string;
  /** At the last refresh. */
  readonly isPresent: boolean;
}

interface Known {
  set: NftSet;
  seenAt: number;
}

/** NFPROTO_* by the words of nft. */
const FAMILIES: Readonly<Record<number, string>> = {
  1: "inet",
  2: "ip",
  3: "arp",
  5: "netdev",
  7: "bridge",
  10: "ip6",
};

export class NftSets {
  readonly #keepMs: number;
  readonly #sets = new Map<string, Known>();

  /** Names of what is gone are kept for `keepMs`. */
  constructor(keepMs: number) {
    this.#keepMs = keepMs;
  }

  refresh(rows: readonly NftSetRow[], now: number): void {
    for (const known of this.#sets.values()) known.set = { ...known.set, isPresent: false };
    for (const { netns, table, set, family, tableName, setName, isGone } of rows) {
      const names = { table: `${FAMILIES[family] ?? family} ${tableName}`, set: setName };
      this.#sets.set(idOf(netns, table, set), { set: { ...names, isPresent: !isGone }, seenAt: now });
    }
    for (const [id, { seenAt }] of this.#sets) {
      if (seenAt < now - this.#keepMs) this.#sets.delete(id);
    }
  }

  /** One that was never seen is called by its handles. */
  get(netns: bigint, table: number, set: number): NftSet {
    const known = this.#sets.get(idOf(netns, table, set));
    return known?.set ?? { table: String(table), set: String(set), isPresent: false };
  }
}

function idOf(netns: bigint, table: number, set: number): string {
  return `${netns} ${table} ${set}`;
}
