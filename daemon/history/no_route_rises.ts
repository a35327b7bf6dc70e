// What the kernel's own account of packets without a route rose by from one inventory to the next.

import type { Inventory } from "../native/session.js";

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
