// Where readings are entered: the ledger has the sums, the history what they rose by lately.

import { setImmediate as nextTurn } from "node:timers/promises";
import type { Reading } from "../drain/reading.js";
import { accountNames, type NamesOfAccounts } from "../kinds/account_names.js";
import type { AccountNames, Collector } from "../kinds/kind.js";
import type { Ledger, Rise } from "../ledger/ledger.js";
import { AccountRises } from "./account_rises.js";
import { NoRouteRises } from "./no_route_rises.js";
import type { Recent } from "./recent.js";

export interface BooksOptions {
  readonly ledger: Ledger;
  readonly recent: Recent;
  readonly names: NamesOfAccounts;
  readonly shows: (netns: string) => boolean;
  /** Whether the kernel's own count of packets without a route is read. */
  readonly countsNoRoute: boolean;
  /** Those that are on. */
  readonly collectors: readonly Collector[];
  readonly expiryMs: number;
}

export class Books {
  readonly #options: BooksOptions;
  readonly #names: AccountNames;
  readonly #noRouteRises = new NoRouteRises();
  readonly #accountRises: AccountRises;
  readonly #watches: readonly ReturnType<NonNullable<Collector["watch"]>>[];

  constructor(options: BooksOptions) {
    this.#options = options;
    this.#names = accountNames(options.names, options.shows);
    this.#accountRises = new AccountRises(options.collectors.flatMap(({ accounts }) => accounts));
    this.#watches = options.collectors.flatMap((collector) => collector.watch?.() ?? []);
  }

  /** Of very many counts some are left for `more` or `settle`. */
  take(reading: Reading): void {
    const { ledger, recent, names, expiryMs } = this.#options;
    this.#enter(ledger.advance(reading));
    if (reading.isNamed) {
      this.#countNoRoute(reading);
      this.#countTroubles(reading);
    }
    const present = new Set(reading.inventory.netns.map(({ cookie }) => names.netns(cookie)));
    recent.close(reading.at, (netns) => present.has(netns), expiryMs);
  }

  /** Enters some of what is left. */
  more(): void {
    this.#enter(this.#options.ledger.rest());
  }

  /** Enters all that is left, some in each turn of the event loop. */
  async settle(): Promise<void> {
    while (!this.#options.ledger.isWhole) {
      await nextTurn();
      this.more();
    }
  }

  retirable(now: number): Uint32Array {
    return this.#options.ledger.retirable(now);
  }

  forget(indices: Uint32Array): void {
    this.#options.ledger.forget(indices);
  }

  #enter(rises: readonly Rise[]): void {
    for (const { counter, labels, lookups } of rises) {
      const outcome = counter.outcome?.(labels);
      if (outcome !== undefined) this.#options.recent.count(labels, outcome, lookups);
      const trouble = counter.trouble?.(labels);
      if (trouble !== undefined) this.#options.recent.countTrouble(trouble, Number(lookups));
    }
  }

  #countNoRoute({ inventory }: Reading): void {
    const { recent, countsNoRoute } = this.#options;
    if (!countsNoRoute) return;
    this.#noRouteRises.advance(inventory, (cookie, column, packets) => {
      const netns = this.#names.label(cookie);
      if (netns !== undefined) recent.countNoRoute(netns, column, packets);
    });
  }

  #countTroubles({ inventory }: Reading): void {
    const { recent } = this.#options;
    this.#accountRises.advance(inventory, this.#names, recent);
    for (const watch of this.#watches) {
      for (const trouble of watch(inventory, this.#names)) recent.countTrouble(trouble, 1);
    }
  }
}
