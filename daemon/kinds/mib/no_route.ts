// The kernel's own account per live namespace: what it gave up on for want of a route, and who the namespace is.

import type { Sample } from "../../exposition/catalog.js";
import type { Direction, Family } from "../../fib/lookup.js";
import type { Inventory, NetnsRow } from "../../native/session.js";

/** Order of NetnsRow.noRoute. */
export const NO_ROUTE_COLUMNS: readonly (readonly [Family, Direction])[] = [
  ["ipv4", "in"],
  ["ipv4", "out"],
  ["ipv6", "in"],
  ["ipv6", "out"],
];

/** `label`: undefined for a namespace that is not to be shown. Live namespaces that share a label are added up. */
export function noRouteSamples(
  rows: readonly NetnsRow[],
  label: (cookie: bigint) => string | undefined,
): Sample<"noRoute">[] {
  const sums = new Map<string, bigint[]>();
  for (const { cookie, noRoute } of rows) {
    const netns = label(cookie);
    if (netns === undefined) continue;
    const before = sums.get(netns);
    sums.set(
      netns,
      NO_ROUTE_COLUMNS.map((_, column) => (before?.[column] ?? 0n) + (noRoute[column] ?? 0n)),
    );
  }
  return [...sums].flatMap(([netns, values]) =>
    NO_ROUTE_COLUMNS.map(([family, direction], column) => ({
      labels: { netns, family, direction },
      value: Number(values[column] ?? 0n),
    })),
  );
}

export function netnsInfoSamples(
  rows: readonly NetnsRow[],
  label: (cookie: bigint) => string | undefined,
): Sample<"netnsInfo">[] {
  return rows.flatMap(({ cookie, inode }) => {
    const netns = label(cookie);
    if (netns === undefined) return [];
    return [{ labels: { netns, cookie: String(cookie), inode: String(inode) }, value: 1 }];
  });
}

/** What the accounts rose by from one inventory to the next. */
export class NoRouteRises {
  #last = new Map<bigint, BigUint64Array>();
  /** Whether one that was not in the last inventory has been born since. */
  #knowsAll = false;

  /** `told` hears of every rise; `column` of NO_ROUTE_COLUMNS. */
  advance({ netns, omitted }: Inventory, told: (cookie: bigint, column: number, packets: bigint) => void): void {
    const accounts = new Map(netns.map(({ cookie, noRoute }) => [cookie, noRoute]));
    for (const [cookie, account] of accounts) {
      const before = this.#last.get(cookie) ?? (this.#knowsAll ? undefined : account);
      for (const [column, packets] of account.entries()) {
        const rise = packets - (before?.[column] ?? 0n);
        if (rise > 0n) told(cookie, column, rise);
      }
    }
    this.#knowsAll = omitted === 0;
    this.#last = accounts;
  }
}
