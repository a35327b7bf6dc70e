// What /metrics shows: the ledger and a reading of its own moment, rendered.

import { setImmediate as nextTurn } from "node:timers/promises";
import type { LatestDestination } from "../destinations/latest_destinations.js";
import type { Drain } from "../drain/drain.js";
import type { Reading } from "../drain/reading.js";
import { FAMILIES } from "../fib/lookup.js";
import { accountNames, type NamesOfAccounts } from "../kinds/account_names.js";
import { COLLECTORS, type CollectorWord } from "../kinds/collectors.js";
import type { AccountNames, CountedFailures, Counter, Kind } from "../kinds/kind.js";
import type { Labels, LabelsOf, MetricSpec, Sample } from "../kinds/metric.js";
import { SeriesSums } from "../kinds/series_sums.js";
import type { Ledger } from "../ledger/ledger.js";
import { ABI } from "../native/abi.js";
import { WATCHED_ROUTE, type WatchedRoutes } from "../watched/watched_routes.js";
import { OWN } from "./catalog.js";
import type { Exemplar, Family, Format } from "./families.js";
import { MetricRegistry } from "./registry.js";

export interface ExpositionOptions {
  readonly drain: Pick<Drain, "last" | "now" | "attempt">;
  readonly books: { settle(): Promise<void> };
  readonly ledger: Ledger;
  readonly names: NamesOfAccounts;
  readonly shows: (netns: string) => boolean;
  readonly kinds: readonly Kind[];
  readonly collectors: Readonly<Record<CollectorWord, boolean>>;
  /** Milliseconds of a monotonic clock. */
  readonly clock: () => number;
  /** Absent: nothing is watched. */
  readonly watched?: Pick<WatchedRoutes, "samples"> | undefined;
  /** Where addresses are shown: the destination that a kind failed for last. Absent: they are not. */
  readonly latest?: { of(kind: string, failures: CountedFailures): LatestDestination | undefined } | undefined;
  /** Who listens now, and the lines they got since the start. */
  readonly stream: () => { readonly listeners: number; readonly lines: number };
  /** How the last reading of the configuration went, and when it last went well, in seconds since 1970. */
  readonly reloads: () => { readonly isGood: boolean; readonly goodSince: number };
  /** Since the start. */
  readonly logLinesDropped: () => number;
  /** Whether process_* and nodejs_* are shown too. */
  readonly processMetrics: boolean;
  readonly build: LabelsOf<typeof OWN.buildInfo>;
}

export class Exposition {
  readonly #options: ExpositionOptions;
  readonly #names: AccountNames;
  readonly #registry: MetricRegistry;
  #scrapeSeconds: number | undefined;

  constructor(options: ExpositionOptions) {
    this.#options = options;
    this.#names = accountNames(options.names, options.shows);
    this.#registry = new MetricRegistry([...this.#ofKinds(), this.#watched(), ...this.#own()]);
  }

  /** Begins to observe the process itself, if asked to. */
  start(): void {
    if (this.#options.processMetrics) this.#registry.observeProcess();
  }

  contentType(format: Format): string {
    return this.#registry.contentType(format);
  }

  async render(format: Format): Promise<string> {
    const { clock, drain, books } = this.#options;
    const begin = clock();
    drain.now(0);
    await nextTurn();
    await books.settle();
    const text = await this.#registry.render(format);
    this.#scrapeSeconds = (clock() - begin) / 1000;
    return text;
  }

  #ofKinds(): Family[] {
    const { ledger, kinds, collectors } = this.#options;
    const counters = kinds.flatMap((kind) => kind.counters);
    const accounts = COLLECTORS.flatMap(({ word, accounts }) =>
      accounts.map((account) => {
        const read = account.open();
        return family(account.metric, () => (collectors[word] ? read(this.#reading.inventory, this.#names) : []));
      }),
    );
    return [
      ...kinds.flatMap(({ word, counters: own }) =>
        own.map((counter) => ({
          ...family(counter.metric, this.#samplesOf(counter)),
          exemplar: (labels: Labels) => this.#exemplar(word, counter, labels),
        })),
      ),
      ...accounts,
      ...counters.flatMap((counter) =>
        counter.ratio === undefined ? [] : family(counter.ratio.metric, () => ledger.ratios(counter)),
      ),
    ];
  }

  /** Of the same label sets there are samples on both sides only where namespaces share a name: then they are added up. */
  #samplesOf(counter: Counter): () => readonly Sample[] {
    const { ledger } = this.#options;
    const read = counter.beside?.open();
    if (read === undefined) return () => ledger.samples(counter);
    const sums = new SeriesSums(counter.metric.labels);
    return () => {
      const beside = read(this.#reading.inventory, this.#names);
      for (const { labels, value } of [...beside, ...ledger.samples(counter)]) sums.add(labels, value);
      return sums.take();
    };
  }

  #exemplar(kind: string, counter: Counter, labels: Labels): Exemplar | undefined {
    const failures = counter.failures?.(labels);
    const last = failures && this.#options.latest?.of(kind, failures);
    return last && { labels: { destination: last.destination }, seconds: last.at / 1000 };
  }

  #watched(): Family {
    const { drain, watched } = this.#options;
    return family(
      WATCHED_ROUTE,
      () => (watched && drain.attempt("routes", () => watched.samples(this.#reading.inventory))) ?? [],
    );
  }

  #own(): Family[] {
    const { ledger, stream, reloads, logLinesDropped, build } = this.#options;
    const samples: { readonly [Id in keyof typeof OWN]: () => readonly Sample[] } = {
      netnsInfo: () => this.#netnsInfo(),
      probeAttached: () => this.#probes(({ attached }) => (attached ? 1 : 0)),
      probeSkipped: () => this.#probes(({ skipped }) => Number(skipped)),
      counterOverflow: () => overflowSamples(this.#reading.overflow),
      eventsDropped: () => {
        const { fault: _, ...stages } = this.#reading.dropped;
        return samplesBy("stage", Object.entries(stages));
      },
      streamListeners: () => one(stream().listeners),
      streamLines: () => one(stream().lines),
      seriesFolded: () => one(ledger.folded),
      inventoryOmitted: () => {
        const { omitted, omittedOthers } = this.#reading.inventory;
        return one(omitted + omittedOthers);
      },
      readErrors: () => samplesBy("source", this.#reading.failures),
      reloadSuccessful: () => one(reloads().isGood ? 1 : 0),
      reloadSuccessTime: () => one(reloads().goodSince),
      logLinesDropped: () => one(logLinesDropped()),
      buildInfo: () => [{ labels: build, value: 1 }],
      scrapeDuration: () => (this.#scrapeSeconds === undefined ? [] : one(this.#scrapeSeconds)),
    };
    return Object.entries(OWN).map(([id, spec]) => family(spec, samples[id as keyof typeof OWN]));
  }

  get #reading(): Reading {
    return this.#options.drain.last;
  }

  #netnsInfo(): Sample[] {
    return this.#reading.inventory.netns.flatMap(({ cookie, inode }) => {
      const netns = this.#names.label(cookie);
      return netns === undefined ? [] : [{ labels: { netns, cookie: String(cookie), inode: String(inode) }, value: 1 }];
    });
  }

  #probes(value: (probe: Reading["probes"][number]) => number): Sample[] {
    return this.#reading.probes.map((state) => {
      const { probe, backend } = state;
      return { labels: { probe, backend }, value: value(state) };
    });
  }
}

function family(spec: MetricSpec, samples: () => readonly Sample[]): Family {
  return { spec, samples };
}

function one(value: number): Sample[] {
  return [{ labels: {}, value }];
}

function samplesBy(label: string, values: Iterable<readonly [string, number]>): Sample[] {
  return Array.from(values, ([word, value]) => ({ labels: { [label]: word }, value }));
}

/**
 * Not shown while 0: promtool refuses a name with the word counter in it, and an overflow is alarm enough by being there.
 */
function overflowSamples(overflow: readonly bigint[]): Sample[] {
  const sums = [...FAMILIES, ""].map((family, position) => {
    const own = overflow.filter((_, at) => at % ABI.TS_FAMILIES === position);
    return { labels: { family }, value: Number(own.reduce((sum, lookups) => sum + lookups, 0n)) };
  });
  return sums.filter(({ value }) => value > 0);
}
