// What the page at / is told, from the last reading.

import type { Reading } from "../drain/reading.js";
import { routeLookups } from "../kinds/route/kind.js";
import type { Ledger } from "../ledger/ledger.js";
import type { HistorySnapshot, LookupsSnapshot, RowNow } from "../wire/snapshot.js";
import type { Recent } from "./recent.js";

/** For a person to look at, what was read this long ago is as good as now. */
const FRESH_MS = 1000;

/** Rows in one answer, which are some 200 kB. */
const MOST_ROWS = 2000;

export interface AnswersOptions {
  readonly drain: { now(maxAgeMs: number): Reading };
  readonly books: { more(): void };
  readonly ledger: Ledger;
  readonly recent: Recent;
  readonly countsNoRoute: boolean;
  /** Milliseconds of a monotonic clock. */
  readonly clock: () => number;
}

export class Answers {
  readonly #options: AnswersOptions;

  constructor(options: AnswersOptions) {
    this.#options = options;
  }

  lookups(): LookupsSnapshot {
    const { recent, ledger, countsNoRoute } = this.#options;
    const { probes, failed, overflow } = this.#read();
    const { netns, omitted } = recent.netns();
    const { troubles, omitted: troublesOmitted } = recent.troubles();
    const { rows, rowsOmitted } = this.#rows();
    return {
      rateSeconds: recent.rateSeconds,
      probes: probes.map(({ skipped: _, ...probe }) => probe),
      readErrors: [...failed].map(([source, { message }]) => ({ source, error: message })),
      netns,
      netnsOmitted: omitted,
      troubles,
      troublesOmitted,
      rows,
      rowsOmitted,
      countsNoRoute,
      counterOverflow: Number(overflow.reduce((sum, lookups) => sum + lookups, 0n)),
      seriesFolded: ledger.folded,
    };
  }

  /** `wallNow`: milliseconds since 1970. */
  history(wallNow: number): HistorySnapshot {
    this.#read();
    return this.#options.recent.history(this.#options.clock(), wallNow);
  }

  #read(): Reading {
    const { drain, books } = this.#options;
    const reading = drain.now(FRESH_MS);
    books.more();
    return reading;
  }

  #rows(): { readonly rows: RowNow[]; readonly rowsOmitted: number } {
    const { ledger, recent } = this.#options;
    const rows = ledger
      .seen(routeLookups)
      .map(({ labels, value }) => ({ ...labels, lookups: value, lookupsPerSecond: recent.rate(labels) }));
    if (rows.length <= MOST_ROWS) return { rows, rowsOmitted: 0 };
    rows.sort((a, b) => b.lookupsPerSecond - a.lookupsPerSecond || b.lookups - a.lookups);
    return { rows: rows.slice(0, MOST_ROWS), rowsOmitted: rows.length - MOST_ROWS };
  }
}
