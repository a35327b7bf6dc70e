// What the kernel's own accounts rose by from one inventory to the next, as far as the page tells of it.

import type { Account, AccountNames, AccountReader } from "../kinds/kind.js";
import type { Labels } from "../kinds/metric.js";
import type { Inventory } from "../native/session.js";
import type { Trouble } from "../wire/trouble.js";

interface Hearing {
  countRouted(netns: string, packets: number): void;
  countTrouble(trouble: Trouble, count: number): void;
}

/** Accounts keep a label set the same object as long as it is the same series. */
type Values = ReadonlyMap<Labels, number>;

export class AccountRises {
  readonly #accounts: readonly { readonly account: Account; readonly read: AccountReader; last: Values }[];

  constructor(accounts: readonly Account[]) {
    const isTold = ({ trouble, isRouted }: Account) => trouble !== undefined || isRouted !== undefined;
    this.#accounts = accounts.filter(isTold).map((account) => ({ account, read: account.open(), last: new Map() }));
  }

  /** A sample that was not there before is no rise: a namespace or device may have got another name. */
  advance(inventory: Inventory, names: AccountNames, hearing: Hearing): void {
    for (const entry of this.#accounts) {
      const { account, read, last } = entry;
      const values = new Map<Labels, number>();
      for (const { labels, value } of read(inventory, names)) {
        values.set(labels, value);
        const rise = value - (last.get(labels) ?? value);
        if (rise <= 0) continue;
        if (account.isRouted?.(labels)) hearing.countRouted(labels["netns"] ?? "", rise);
        const trouble = account.trouble?.(labels);
        if (trouble !== undefined) hearing.countTrouble(trouble, rise);
      }
      entry.last = values;
    }
  }
}
