// What /metrics shows: reads the kernel's side, names it, keeps the totals, renders. A source that fails is counted,
// and shown with its last good data.

import { setImmediate as nextTurn } from "node:timers/promises";
import { Retirement } from "../drain/retirement.js";
import { Recent } from "../history/recent.js";
import { isRoute, type LookupLabels, labelsOf, type Names } from "../kinds/labels.js";
import { NoRouteRises, netnsInfoSamples, noRouteSamples } from "../kinds/mib/no_route.js";
import type { LookupRow } from "../kinds/row.js";
import { Cardinality } from "../ledger/cardinality.js";
import { FailureWindow } from "../ledger/failure_window.js";
import { type Moment, Totals } from "../ledger/totals.js";
import type { CounterRows, EventsDropped, Inventory, ProbeState, Session } from "../native/session.js";
import type { HistorySnapshot, LookupsSnapshot, RowNow } from "../wire/snapshot.js";
import type { LabelsOf, Sample } from "./catalog.js";
import { type Format, MetricRegistry } from "./registry.js";

export interface ExporterOptions {
  readonly session: Pick<Session, "counters" | "inventory" | "probes" | "retire" | "release" | "events">;
  readonly names: Names;
  /** Drained along, so that what fails there is told as of every source. */
  readonly failures: { drain(now: number): void };
  /** Milliseconds of a monotonic clock. */
  readonly clock: () => number;
  readonly windowMs: number;
  readonly expiryMs: number;
  readonly seriesMax: number;
  /** Labels of the namespaces to show; all if absent. */
  readonly netns?: ReadonlySet<string>;
  /** Whether the kernel's own count of packets without a route is shown. */
  readonly noRoute: boolean;
  /** Who listens now, and the lines they got since the start. */
  readonly stream: () => { readonly listeners: number; readonly lines: number };
  /** How the last reading of the configuration went, and when it last went well, in seconds since 1970. */
  readonly reloads: () => { readonly isGood: boolean; readonly goodSince: number };
  /** Since the start. */
  readonly logLinesDropped: () => number;
  /** Whether process_* and nodejs_* are shown too. */
  readonly processMetrics: boolean;
  readonly build: LabelsOf<"buildInfo">;
}

const SOURCES = ["counters", "inventory", "probes", "events", "failures", "retirement"] as const;
export type Source = (typeof SOURCES)[number];

/** For a person to look at, what was read this long ago is as good as now. */
const FRESH_MS = 1000;

/** Rows in one answer, which are some 200 kB. */
const MOST_ROWS = 2000;

export class Exporter {
  readonly #options: ExporterOptions;
  readonly #registry: MetricRegistry;
  readonly #cap: Cardinality;
  readonly #totals: Totals;
  readonly #window: FailureWindow;
  readonly #retirement: Retirement;
  readonly #recent: Recent;
  readonly #noRouteRises = new NoRouteRises();
  readonly #errors = new Map<Source, Error>();
  readonly #errorCounts = new Map<Source, number>(SOURCES.map((source) => [source, 0]));
  #inventory: Inventory = { netns: [], devices: [], omitted: 0 };
  #inventoryAt: number;
  #probes: readonly ProbeState[] = [];
  #overflow: readonly bigint[] = [];
  #dropped: EventsDropped = { ringbuf: 0, queue: 0, decode: 0 };
  /** Takes in what the last drain left of the counts; absent if nothing. */
  #takeInRest: (() => void) | undefined;
  #scrapeSeconds: number | undefined;
  #drainedAt = Number.NEGATIVE_INFINITY;

  constructor(options: ExporterOptions) {
    this.#options = options;
    this.#inventoryAt = options.clock();
    this.#cap = new Cardinality(options.seriesMax);
    this.#totals = new Totals(options.expiryMs, this.#cap);
    this.#window = new FailureWindow(options.windowMs, this.#inventoryAt);
    this.#retirement = new Retirement(options.session);
    this.#recent = new Recent(this.#inventoryAt);
    this.#registry = new MetricRegistry({
      routeLookups: () => this.#totals.routes(),
      ruleLookups: () => this.#totals.rules(),
      noRoute: () => (options.noRoute ? noRouteSamples(this.#inventory.netns, this.#shownNetns) : []),
      routeFailureRatio: () => this.#window.routes(),
      ruleFailureRatio: () => this.#window.rules(),
      netnsInfo: () => netnsInfoSamples(this.#inventory.netns, this.#shownNetns),
      probeAttached: () => this.#probes.map((probe) => probeSample(probe, probe.attached ? 1 : 0)),
      probeSkipped: () => this.#probes.map((probe) => probeSample(probe, Number(probe.skipped))),
      counterOverflow: () => overflowSamples(this.#overflow),
      eventsDropped: () => droppedSamples(this.#dropped),
      streamListeners: () => [{ labels: {}, value: options.stream().listeners }],
      streamLines: () => [{ labels: {}, value: options.stream().lines }],
      seriesFolded: () => [{ labels: {}, value: this.#cap.folded }],
      inventoryOmitted: () => [{ labels: {}, value: this.#inventory.omitted }],
      readErrors: () => [...this.#errorCounts].map(([source, value]) => ({ labels: { source }, value })),
      reloadSuccessful: () => [{ labels: {}, value: options.reloads().isGood ? 1 : 0 }],
      reloadSuccessTime: () => [{ labels: {}, value: options.reloads().goodSince }],
      logLinesDropped: () => [{ labels: {}, value: options.logLinesDropped() }],
      buildInfo: () => [{ labels: options.build, value: 1 }],
      scrapeDuration: () => (this.#scrapeSeconds === undefined ? [] : [{ labels: {}, value: this.#scrapeSeconds }]),
    });
  }

  /** Begins to observe the process itself, if asked to. */
  start(): void {
    if (this.#options.processMetrics) this.#registry.observeProcess();
  }

  contentType(format: Format): string {
    return this.#registry.contentType(format);
  }

  async render(format: Format): Promise<string> {
    const begin = this.#options.clock();
    this.drain();
    await nextTurn();
    while (this.#takeInRest !== undefined) {
      this.#takeInRest();
      await nextTurn();
    }
    const text = await this.#registry.render(format);
    this.#scrapeSeconds = (this.#options.clock() - begin) / 1000;
    return text;
  }

  /** Reads the kernel's side at most once a second, however many ask. */
  lookups(): LookupsSnapshot {
    this.#drainIfOld();
    const { netns, omitted } = this.#recent.netns();
    const { rows, rowsOmitted } = this.#rows();
    return {
      rateSeconds: this.#recent.rateSeconds,
      probes: this.#probes.map(({ skipped: _, ...probe }) => probe),
      readErrors: [...this.#errors].map(([source, { message }]) => ({ source, error: message })),
      netns,
      netnsOmitted: omitted,
      rows,
      rowsOmitted,
      countsNoRoute: this.#options.noRoute,
      counterOverflow: Number(this.#overflow.reduce((sum, lookups) => sum + lookups, 0n)),
      seriesFolded: this.#cap.folded,
    };
  }

  /** `wallNow`: milliseconds since 1970. */
  history(wallNow: number): HistorySnapshot {
    this.#drainIfOld();
    return this.#recent.history(this.#options.clock(), wallNow);
  }

  /** Sources that failed at the last drain, and how. */
  lastErrors(): ReadonlyMap<Source, Error> {
    return this.#errors;
  }

  /** As they were at the last drain. */
  get probes(): readonly ProbeState[] {
    return this.#probes;
  }

  /**
   * Takes in what the kernel counted since the last drain; of very many new keys some wait for the next drain or scrape.
   * Counters are read before the inventory: a namespace that is born in between is then not yet counted, rather than
   * counted and without a name.
   */
  drain(): void {
    const { session, clock, names } = this.#options;
    const now = clock();
    this.#drainedAt = now;
    const rows = this.#read("counters", () => session.counters());
    const inventory = this.#read("inventory", () => session.inventory());
    if (inventory !== undefined) {
      this.#inventory = inventory;
      this.#inventoryAt = now;
    }
    names.refresh(this.#inventory, now);
    this.#probes = this.#read("probes", () => session.probes()) ?? this.#probes;
    this.#dropped = this.#read("events", () => session.events()) ?? this.#dropped;
    this.drainFailures(now);
    if (rows !== undefined) this.#advance(rows, now, inventory !== undefined);
    if (inventory !== undefined) this.#countNoRoute(inventory);
    this.#window.close(now);
    this.#closeRecent(now);
    if (rows !== undefined) this.#read("retirement", () => this.#retire(now));
  }

  /** Only what is counted by destination. */
  drainFailures(now = this.#options.clock()): void {
    this.#read("failures", () => this.#options.failures.drain(now));
  }

  #advance(rows: CounterRows, now: number, isNamed: boolean): void {
    const { names, windowMs } = this.#options;
    const mayWait = !isNamed && now - this.#inventoryAt < windowMs;
    this.#overflow = [...rows.overflow];
    const moment: Moment = {
      now,
      label: (row, before) => this.#label(row, before, mayWait),
      isPresent: (netns, ifindex) => !isNamed || names.isPresent(netns, ifindex),
      counted: (labels, delta) => {
        this.#window.count(labels, delta);
        if (isRoute(labels)) this.#recent.count(labels, delta);
      },
    };
    const takeIn = () => {
      this.#takeInRest = this.#totals.advance(rows, moment) ? undefined : takeIn;
    };
    takeIn();
  }

  #countNoRoute(inventory: Inventory): void {
    if (!this.#options.noRoute) return;
    this.#noRouteRises.advance(inventory, (cookie, column, packets) => {
      const netns = this.#shownNetns(cookie);
      if (netns !== undefined) this.#recent.countNoRoute(netns, column, packets);
    });
  }

  #closeRecent(now: number): void {
    const present = new Set(this.#inventory.netns.map(({ cookie }) => this.#options.names.netns(cookie)));
    this.#recent.close(now, (netns) => present.has(netns), this.#options.expiryMs);
  }

  #drainIfOld(): void {
    if (this.#options.clock() - this.#drainedAt >= FRESH_MS) this.drain();
    else this.#takeInRest?.();
  }

  #rows(): { readonly rows: RowNow[]; readonly rowsOmitted: number } {
    const rows = this.#totals
      .seenRoutes()
      .map(({ labels, value }) => ({ ...labels, lookups: value, lookupsPerSecond: this.#recent.rate(labels) }));
    if (rows.length <= MOST_ROWS) return { rows, rowsOmitted: 0 };
    rows.sort((a, b) => b.lookupsPerSecond - a.lookupsPerSecond || b.lookups - a.lookups);
    return { rows: rows.slice(0, MOST_ROWS), rowsOmitted: rows.length - MOST_ROWS };
  }

  /** A namespace that a failing inventory may yet name waits for it, as long as the failure window lasts. */
  #label(row: LookupRow, before: LookupLabels | undefined, mayWait: boolean): LookupLabels | "hidden" | "later" {
    const { names } = this.#options;
    if (mayWait && !names.isKnown(row.netns)) return "later";
    const netns = names.netns(row.netns);
    return this.#isShown(netns) ? labelsOf(row, netns, names, before) : "hidden";
  }

  #isShown(netns: string): boolean {
    return this.#options.netns?.has(netns) ?? true;
  }

  #shownNetns = (cookie: bigint): string | undefined => {
    const netns = this.#options.names.netns(cookie);
    return this.#isShown(netns) ? netns : undefined;
  };

  #retire(now: number): void {
    this.#totals.forget(this.#retirement.release(now));
    this.#retirement.retire(now, this.#totals.retirable(now));
  }

  #read<T>(source: Source, read: () => T): T | undefined {
    try {
      const value = read();
      this.#errors.delete(source);
      return value;
    } catch (error) {
      this.#errors.set(source, error instanceof Error ? error : new Error(String(error)));
      this.#errorCounts.set(source, (this.#errorCounts.get(source) ?? 0) + 1);
      return undefined;
    }
  }
}

function probeSample({ probe, backend }: ProbeState, value: number) {
  return { labels: { probe, backend }, value };
}

function droppedSamples({ ringbuf, queue, decode }: EventsDropped): Sample<"eventsDropped">[] {
  return Object.entries({ ringbuf, queue, decode }).map(([stage, value]) => ({ labels: { stage }, value }));
}

/**
 * Order of CounterRows.overflow: route ipv4, route ipv6, rule ipv4, rule ipv6. Not shown while 0: promtool refuses a name
 * with the word counter in it, and an overflow is alarm enough by being there.
 */
function overflowSamples(overflow: readonly bigint[]): Sample<"counterOverflow">[] {
  const [route4 = 0n, route6 = 0n, rule4 = 0n, rule6 = 0n] = overflow;
  const samples: Sample<"counterOverflow">[] = [
    { labels: { family: "ipv4" }, value: Number(route4 + rule4) },
    { labels: { family: "ipv6" }, value: Number(route6 + rule6) },
  ];
  return samples.filter(({ value }) => value > 0);
}
