// What has not happened yet: for each group of series seen, those that rate() must see at 0 before they rise.

import type { Counter } from "../kinds/kind.js";
import { idOf, type Labels, type Sample } from "../kinds/metric.js";

interface Group<L extends Labels> {
  /** Real series in this group. */
  readonly real: Set<string>;
  readonly zeros: ReadonlyMap<string, Sample<L>>;
}

export class ZeroSeries<L extends Labels> {
  readonly #names: readonly (keyof L & string)[];
  readonly #zeros: NonNullable<Counter<L>["zeros"]>;
  readonly #groups = new Map<string, Group<L>>();

  /** `names`: of all labels. */
  constructor(names: readonly (keyof L & string)[], zeros: NonNullable<Counter<L>["zeros"]>) {
    this.#names = names;
    this.#zeros = zeros;
  }

  /** A real series began. */
  add(labels: L): void {
    const key = idOf(labels, this.#zeros.by);
    const group = this.#groups.get(key) ?? { real: new Set(), zeros: this.#zerosBeside(labels) };
    this.#groups.set(key, group);
    group.real.add(idOf(labels, this.#names));
  }

  /** A real series ended. */
  remove(labels: L): void {
    const key = idOf(labels, this.#zeros.by);
    const group = this.#groups.get(key);
    group?.real.delete(idOf(labels, this.#names));
    if (group?.real.size === 0) this.#groups.delete(key);
  }

  /** At most `room` of the zeros: they give way to real series. */
  samples(room: number): Sample<L>[] {
    const samples: Sample<L>[] = [];
    for (const { zeros, real } of this.#groups.values()) {
      for (const [id, sample] of zeros) {
        if (samples.length >= room) return samples;
        if (!real.has(id)) samples.push(sample);
      }
    }
    return samples;
  }

  #zerosBeside(labels: L): ReadonlyMap<string, Sample<L>> {
    return new Map(this.#zeros.of(labels).map((zero) => [idOf(zero, this.#names), { labels: zero, value: 0 }]));
  }
}
