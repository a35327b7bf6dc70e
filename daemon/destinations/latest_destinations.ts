// The destination that each series of failures rose for last: what a spike on a dashboard leads to.

import { FAMILIES } from "../fib/lookup.js";
import type { CountedFailures, Names } from "../kinds/kind.js";
import { KINDS } from "../kinds/list.js";
import type { FailedDestinationRows } from "../native/session.js";
import { countsOf, type DestinationKey } from "./destination_window.js";

export interface LatestDestination {
  readonly destination: string;
  /** When it was read, in milliseconds since 1970. */
  readonly at: number;
}

interface Entry extends LatestDestination {
  readonly lookups: number;
}

export interface LatestDestinationsOptions {
  readonly names: Pick<Names, "netns" | "table">;
  readonly windowMs: number;
  /** Milliseconds since 1970. */
  readonly time: () => number;
}

export class LatestDestinations {
  readonly #options: LatestDestinationsOptions;
  /** By series. */
  #entries = new Map<string, Entry>();

  constructor(options: LatestDestinationsOptions) {
    this.#options = options;
  }

  /** What failed since the last call. Of several destinations of a series the one that failed most is its latest. */
  add(rows: FailedDestinationRows): void {
    const at = this.#options.time();
    const isLate = ([, entry]: [string, Entry]) => at - entry.at < this.#options.windowMs;
    this.#entries = new Map([...this.#entries].filter(isLate));
    for (const { key, lookups } of countsOf(rows)) {
      const id = this.#idOf(key);
      if (id === undefined) continue;
      const known = this.#entries.get(id);
      if (known?.at === at && known.lookups >= lookups) continue;
      this.#entries.set(id, { destination: key.destination, at, lookups });
    }
  }

  /** Undefined: none within the failure window. */
  of(kind: string, failures: CountedFailures): LatestDestination | undefined {
    return this.#entries.get(idOf(kind, failures));
  }

  #idOf(key: DestinationKey): string | undefined {
    const { names } = this.#options;
    const kind = KINDS[key.kind];
    if (kind?.failure === undefined) return undefined;
    const { table, result } = kind.failure(key, names);
    return idOf(kind.word, { netns: names.netns(key.netns), family: FAMILIES[key.family] ?? "", table, result });
  }
}

function idOf(kind: string, { netns, family, table, result }: CountedFailures): string {
  return [kind, netns, family, table, result].join("\0");
}
