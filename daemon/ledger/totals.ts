// The series of one counter: begun, fed, folded beyond the limit, dropped when nothing alive feeds them any more.

import type { Counter } from "../kinds/kind.js";
import { idOf, type Labels, type Sample } from "../kinds/metric.js";
import type { Cardinality } from "./cardinality.js";
import { ZeroSeries } from "./zero_series.js";

export interface Series<L extends Labels = Labels> {
  readonly id: string;
  readonly labels: L;
  readonly isFolded: boolean;
  total: bigint;
  fedAt: number;
  isLive: boolean;
}

export class Totals<L extends Labels> {
  readonly #counter: Counter<L>;
  readonly #cap: Cardinality;
  readonly #series = new Map<string, Series<L>>();
  readonly #zeros: ZeroSeries<L> | undefined;

  constructor(counter: Counter<L>, cap: Cardinality) {
    this.#counter = counter;
    this.#cap = cap;
    this.#zeros = counter.zeros && new ZeroSeries(counter.metric.labels, counter.zeros);
  }

  /** The series of these labels, or the one that stands for it. */
  take(labels: L): Series<L> {
    const known = this.#find(labels);
    if (known !== undefined) return known;
    if (this.#cap.take()) return this.#begin(labels, false);
    const folded = this.#counter.folded(labels);
    return this.#find(folded) ?? this.#begin(folded, true);
  }

  /** Drops what was last fed before this. */
  expire(before: number): void {
    for (const series of this.#series.values()) {
      if (series.fedAt < before) this.#end(series);
    }
  }

  /** What happened, and, where there is room, what has not. */
  samples(): Sample<L>[] {
    return this.seen().concat(this.#zeros?.samples(this.#cap.room) ?? []);
  }

  seen(): Sample<L>[] {
    return Array.from(this.#series.values(), ({ labels, total }) => ({ labels, value: Number(total) }));
  }

  #find(labels: L): Series<L> | undefined {
    return this.#series.get(idOf(labels, this.#counter.metric.labels));
  }

  #begin(labels: L, isFolded: boolean): Series<L> {
    const id = idOf(labels, this.#counter.metric.labels);
    const series: Series<L> = { id, labels, isFolded, total: 0n, fedAt: 0, isLive: true };
    this.#series.set(id, series);
    if (!isFolded) this.#zeros?.add(labels);
    return series;
  }

  #end(series: Series<L>): void {
    series.isLive = false;
    this.#series.delete(series.id);
    if (series.isFolded) return;
    this.#cap.give();
    this.#zeros?.remove(series.labels);
  }
}
