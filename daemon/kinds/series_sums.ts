// The samples of one reading after the other: what has the same labels is added up, and a label set stays the same object.

import { idOf, type Labels, type Sample } from "./metric.js";

export class SeriesSums<L extends Labels> {
  readonly #names: readonly (keyof L & string)[];
  #last = new Map<string, Sample<L>>();
  #now = new Map<string, Sample<L>>();

  constructor(names: readonly (keyof L & string)[]) {
    this.#names = names;
  }

  add(labels: L, value: number): void {
    const id = idOf(labels, this.#names);
    const sum = this.#now.get(id);
    const own = (sum ?? this.#last.get(id))?.labels ?? labels;
    this.#now.set(id, { labels: own, value: (sum?.value ?? 0) + value });
  }

  /** All that was added since the last call. */
  take(): readonly Sample<L>[] {
    this.#last = this.#now;
    this.#now = new Map();
    return [...this.#last.values()];
  }
}
