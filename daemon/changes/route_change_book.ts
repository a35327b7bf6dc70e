// Changes of routes in words, and which of them a destination fails for. They are heard of natively; whoever asks gets the
// last ones.

import { FAMILIES } from "../fib/lookup.js";
import type { Names } from "../kinds/kind.js";
import { ROUTE_TYPES } from "../kinds/route/route_type.js";
import {
  ROUTE_CHANGES,
  type RouteChangeCounts,
  type RouteChangeRow,
  type RouteChanges,
} from "../native/route_changes.js";
import type { Inventory } from "../native/session.js";
import type { RemovedRoute, RouteChangeSeen } from "../wire/change.js";

/** What one answer can show: as many are kept of the own namespace, and as many again of all others. */
export const MOST_CHANGES = 4096;

/** A failure is counted by whichever drain comes after it. */
const SLACK_MS = 2000;

export interface RouteChangeBookOptions {
  /** Throws KernelError. */
  readonly open: () => RouteChanges;
  readonly names: Pick<Names, "netns" | "table" | "protocol">;
  /** Whether changes in the namespace of this label are shown. */
  readonly shows: (netns: string) => boolean;
}

interface Lost {
  readonly netns: bigint;
  readonly family: number;
  readonly table: number;
  readonly destination: string;
}

export class RouteChangeBook {
  readonly #options: RouteChangeBookOptions;
  #changes: RouteChanges | undefined;
  #netns = 0n;
  #notices = 0;
  #overruns = 0;
  /** The kernel's own count of IPv4 changes and of IPv6 ones, when it was last seen. */
  #sequence = "";

  constructor(options: RouteChangeBookOptions) {
    this.#options = options;
  }

  /** Begins to hear; tries again what failed. Throws KernelError, also if changes are heard of no more or were lost. */
  read(inventory: Inventory): RouteChangeCounts {
    const changes = this.#open();
    const counts = changes.counts();
    this.#netns = counts.netns;
    this.#look(changes, inventory);
    return counts;
  }

  /** The last ones, newest first, at most so many. */
  newest(most: number): RouteChangeSeen[] {
    const { names } = this.#options;
    return this.#newestShown(most).map((row) => ({
      ...this.#removed(row),
      change: ROUTE_CHANGES[row.change] ?? "replaced",
      told: !row.isFound,
      netns: names.netns(row.netns),
      family: FAMILIES[row.family] ?? "ipv4",
      type: ROUTE_TYPES[row.type] ?? String(row.type),
      metric: row.metric,
      nexthops: row.nexthops,
    }));
  }

  /** Asks for more as long as too few of them are shown. */
  #newestShown(most: number): RouteChangeRow[] {
    const { names, shows } = this.#options;
    for (let asked = most; this.#changes !== undefined; asked *= 4) {
      const rows = this.#changes.newest(asked);
      const shown = rows.filter(({ netns }) => shows(names.netns(netns)));
      if (shown.length >= most || rows.length < asked) return shown.slice(0, most);
    }
    return [];
  }

  /** The removed route that covered the destination while it failed in the last `withinMs`. */
  cause({ netns, family, table, destination }: Lost, withinMs: number): RemovedRoute | null {
    const row = this.#changes?.cause(netns, family, destination, table, Date.now() - withinMs - SLACK_MS);
    return row === undefined ? null : this.#removed(row);
  }

  stop(): void {
    this.#changes?.close();
    this.#changes = undefined;
  }

  #open(): RouteChanges {
    this.#changes ??= this.#options.open();
    return this.#changes;
  }

  /**
   * The kernel's own number of changes moves with every route that goes. If it did and no notice came, routes went without a
   * word; a notice that is under way costs one comparison in vain.
   */
  #look(changes: RouteChanges, { netns, fibChanges }: Inventory): void {
    const { notices, overruns, fault } = changes.state();
    const row = netns.findIndex(({ cookie }) => cookie === this.#netns);
    const sequence = [...fibChanges.subarray(2 * row, 2 * row + 2)].join(" ");
    if (row >= 0) {
      if (this.#sequence !== "" && sequence !== this.#sequence && notices === this.#notices) changes.moved();
      this.#sequence = sequence;
    }
    this.#notices = notices;
    const lost = overruns - this.#overruns;
    this.#overruns = overruns;
    if (fault !== "") throw new Error(fault);
    if (lost > 0) {
      throw new Error(
        `hear changes of routes: they came faster than they could be read (${lost} times); what differs was found by reading the tables again`,
      );
    }
  }

  #removed(row: RouteChangeRow): RemovedRoute {
    const { names } = this.#options;
    return {
      prefix: `${row.destination}/${row.length}`,
      via: row.gateway === "" ? null : row.gateway,
      device: row.device === "" ? null : row.device,
      protocol: names.protocol(row.protocol),
      table: names.table(row.netns, row.table),
      time: new Date(row.unixMs).toISOString(),
    };
  }
}
