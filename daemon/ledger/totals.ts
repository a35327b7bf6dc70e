// Kernel totals to Prometheus counters: a kernel total may rise, vanish or begin anew, and its key may be renamed; a
// counter may only rise. Counts go to the label set the key has when they are read, and stay there.

import type { Sample } from "../exposition/catalog.js";
import type { Kind } from "../fib/lookup.js";
import { isRoute, type LookupLabels, type RouteLabels, type RuleLabels } from "../kinds/labels.js";
import { Choices, hasSeveral, isChoice } from "../kinds/route/choices.js";
import { ifindexOf, isSameKey, type LookupRow, lookupRow } from "../kinds/row.js";
import type { CounterRows } from "../native/session.js";
import { type Cardinality, foldedLabels } from "./cardinality.js";
import { ZeroSeries } from "./zero_series.js";

/** New keys taken in at once, so that the event loop is not held up: some 10 ms. */
const MOST_NEW_KEYS = 2000;

/** What a drain knows beside the counts. */
export interface Moment {
  /** Milliseconds of a monotonic clock. */
  readonly now: number;
  /**
   * The row's label set now, `before` itself if that has not changed. "hidden": counted for nobody. "later": it cannot be
   * told yet, leave the counts for the next drain.
   */
  label(row: LookupRow, before: LookupLabels | undefined): LookupLabels | "hidden" | "later";
  /** Whether namespace and device (0: none) are there. */
  isPresent(netns: bigint, ifindex: number): boolean;
  /** Told of every rise, with the label set it went to. */
  counted(labels: LookupLabels, delta: bigint): void;
}

interface Series {
  readonly id: string;
  readonly labels: LookupLabels;
  readonly isFolded: boolean;
  total: bigint;
  fedAt: number;
  isLive: boolean;
}

/** State of one kernel index. */
interface Key {
  readonly row: LookupRow;
  last: bigint;
  /** When namespace and device were last there, or a lookup was counted all the same. */
  aliveAt: number;
  drain: number;
  labels: LookupLabels | undefined;
  series: Series | undefined;
  wasFolded: boolean;
}

export class Totals {
  readonly #expiryMs: number;
  readonly #cap: Cardinality;
  readonly #keys = new Map<number, Key>();
  readonly #series: Readonly<Record<Kind, Map<string, Series>>> = { route: new Map(), rule: new Map() };
  readonly #zeros = new ZeroSeries();
  readonly #choices = new Choices();
  #drain = 0;

  /** Series that nothing alive feeds are dropped after `expiryMs`. */
  constructor(expiryMs: number, cap: Cardinality) {
    this.#expiryMs = expiryMs;
    this.#cap = cap;
  }

  /**
   * `rows` holds every key there is: one that is missing is gone, and begins anew if it comes back. False: there are so many
   * new keys that some were left; call again with the same rows, or with newer ones.
   */
  advance(rows: CounterRows, moment: Moment): boolean {
    this.#drain += 1;
    const several: [Key, bigint][] = [];
    let room = MOST_NEW_KEYS;
    let isWhole = true;
    for (let at = 0; at < rows.index.length; at += 1) {
      let key = this.#knownKey(rows, at);
      if (key === undefined) {
        if (room === 0) {
          isWhole = false;
          continue;
        }
        room -= 1;
        key = this.#newKey(rows, at, moment.now);
      }
      const count = rows.count[at] ?? 0n;
      if (hasSeveral(key.row)) several.push([key, count]);
      else this.#advanceKey(key, count, moment);
    }
    // After all choices, which are taken off.
    for (const [key, count] of isWhole ? several : []) this.#advanceKey(key, count, moment);
    for (const [index, key] of this.#keys) {
      if (key.drain !== this.#drain) this.#drop(index, key);
    }
    this.#expire(moment.now);
    return isWhole;
  }

  /** Indices that may be taken from keys whose namespace or device has long been gone. */
  retirable(now: number): Uint32Array {
    const indices: number[] = [];
    for (const [index, key] of this.#keys) {
      if (now - key.aliveAt > this.#expiryMs) indices.push(index);
    }
    return Uint32Array.from(indices);
  }

  /** The indices were released: whatever shows up under them now is another key. */
  forget(indices: Uint32Array): void {
    for (const index of indices) {
      const key = this.#keys.get(index);
      if (key !== undefined) this.#drop(index, key);
    }
  }

  routes(): Sample<"routeLookups">[] {
    return this.seenRoutes().concat(this.#zeros.samples(this.#cap.room));
  }

  /** Without failures that have not happened. */
  seenRoutes(): Sample<"routeLookups">[] {
    const samples: Sample<"routeLookups">[] = [];
    for (const { labels, total } of this.#series.route.values()) {
      if (isRoute(labels)) samples.push({ labels, value: Number(total) });
    }
    return samples;
  }

  rules(): Sample<"ruleLookups">[] {
    const samples: Sample<"ruleLookups">[] = [];
    for (const { labels, total } of this.#series.rule.values()) {
      if (!isRoute(labels)) samples.push({ labels, value: Number(total) });
    }
    return samples;
  }

  #advanceKey(key: Key, count: bigint, moment: Moment): void {
    const labels = moment.label(key.row, key.labels);
    if (labels === "later") {
      key.aliveAt = moment.now;
      return;
    }
    const risen = count >= key.last ? count - key.last : count;
    key.last = count;
    const isAlive = risen > 0n || moment.isPresent(key.row.netns, ifindexOf(key.row));
    if (isAlive) key.aliveAt = moment.now;
    if (isChoice(key.row)) this.#choices.add(key.row, risen);
    const delta = hasSeveral(key.row) ? this.#choices.unchosen(key.row, risen) : risen;
    if (labels === "hidden" || !isAlive) return;

    const series = this.#seriesOf(key, labels);
    series.total += delta;
    series.fedAt = moment.now;
    if (delta > 0n) moment.counted(series.labels, delta);
  }

  #knownKey(rows: CounterRows, at: number): Key | undefined {
    const known = this.#keys.get(rows.index[at] ?? 0);
    if (known === undefined || !isSameKey(known.row, rows, at)) return undefined;
    known.drain = this.#drain;
    return known;
  }

  #newKey(rows: CounterRows, at: number, now: number): Key {
    const key: Key = {
      row: lookupRow(rows, at),
      last: 0n,
      aliveAt: now,
      drain: this.#drain,
      labels: undefined,
      series: undefined,
      wasFolded: false,
    };
    this.#keys.set(rows.index[at] ?? 0, key);
    return key;
  }

  #drop(index: number, key: Key): void {
    this.#keys.delete(index);
    this.#choices.forget(key.row);
  }

  #seriesOf(key: Key, labels: LookupLabels): Series {
    if (key.series?.isLive && !key.series.isFolded && key.labels === labels) return key.series;
    const series = this.#findOrBegin(labels);
    key.labels = labels;
    key.series = series;
    if (series.isFolded && !key.wasFolded) {
      key.wasFolded = true;
      this.#cap.countFold();
    }
    return series;
  }

  #findOrBegin(labels: LookupLabels): Series {
    const known = this.#find(labels);
    if (known !== undefined) return known;
    if (this.#cap.take()) return this.#begin(labels, false);
    const folded = foldedLabels(labels);
    return this.#find(folded) ?? this.#begin(folded, true);
  }

  #find(labels: LookupLabels): Series | undefined {
    return this.#series[kindOf(labels)].get(seriesId(labels));
  }

  #begin(labels: LookupLabels, isFolded: boolean): Series {
    const series: Series = { id: seriesId(labels), labels, isFolded, total: 0n, fedAt: 0, isLive: true };
    this.#series[kindOf(labels)].set(series.id, series);
    if (!isFolded && isRoute(labels)) this.#zeros.add(labels);
    return series;
  }

  #expire(now: number): void {
    for (const byId of Object.values(this.#series)) {
      for (const series of byId.values()) {
        if (now - series.fedAt > this.#expiryMs) this.#end(byId, series);
      }
    }
  }

  #end(byId: Map<string, Series>, series: Series): void {
    series.isLive = false;
    byId.delete(series.id);
    if (series.isFolded) return;
    this.#cap.give();
    if (isRoute(series.labels)) this.#zeros.remove(series.labels);
  }
}

function kindOf(labels: LookupLabels): Kind {
  return isRoute(labels) ? "route" : "rule";
}

function seriesId(labels: LookupLabels): string {
  return isRoute(labels) ? routeId(labels) : ruleId(labels);
}

function routeId({ netns, family, table, egress, result }: RouteLabels): string {
  return `${netns}\0${family}\0${table}\0${egress}\0${result}`;
}

function ruleId({ netns, family, priority, action, table, result }: RuleLabels): string {
  return `${netns}\0${family}\0${priority}\0${action}\0${table}\0${result}`;
}
