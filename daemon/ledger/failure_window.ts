// Failed over all lookups of the last minute (or what the window is), per group. A sum that slides: what each drain
// brought is added when it comes and taken out again when the window has passed it.

import type { Counter } from "../kinds/kind.js";
import { idOf, type Labels, type Sample } from "../kinds/metric.js";

/** Drains closer together than this share of the window become one interval, which bounds memory. */
const MERGE_SHARE = 1 / 60;

interface Counts {
  all: number;
  failed: number;
}

interface Group extends Counts {
  readonly id: string;
  readonly labels: Labels;
}

/** What was counted from one drain (exclusive) to another (inclusive). */
interface Interval {
  readonly from: number;
  to: number;
  readonly counts: Map<Group, Counts>;
}

type Ratio<L extends Labels> = NonNullable<Counter<L>["ratio"]>;

export class FailureWindow<L extends Labels> {
  readonly #ratio: Ratio<L>;
  readonly #windowMs: number;
  readonly #groups = new Map<string, Group>();
  /** Ids of the groups of label sets that stay the same objects from drain to drain. */
  readonly #ids = new WeakMap<L, string>();
  readonly #intervals: Interval[] = [];
  #pending = new Map<Group, Counts>();
  #drainedAt: number;

  /** `startedAt`: when the totals were zero. */
  constructor(ratio: Ratio<L>, windowMs: number, startedAt: number) {
    this.#ratio = ratio;
    this.#windowMs = windowMs;
    this.#drainedAt = startedAt;
  }

  count(labels: L, delta: bigint): void {
    if (delta === 0n) return;
    const group = this.#groupOf(labels);
    const all = Number(delta);
    const failed = this.#ratio.isFailed(labels) ? all : 0;
    add(group, all, failed);
    const counts = this.#pending.get(group) ?? { all: 0, failed: 0 };
    this.#pending.set(group, counts);
    add(counts, all, failed);
  }

  /** Closes the interval of this drain, and lets go of those that ended at least a window ago. */
  close(now: number): void {
    const last = this.#intervals.at(-1);
    if (last !== undefined && now - last.from <= this.#windowMs * MERGE_SHARE) merge(last, now, this.#pending);
    else this.#intervals.push({ from: this.#drainedAt, to: now, counts: this.#pending });
    this.#pending = new Map();
    this.#drainedAt = now;
    while (this.#intervals[0] !== undefined && this.#intervals[0].to <= now - this.#windowMs) {
      this.#takeOut(this.#intervals[0].counts);
      this.#intervals.shift();
    }
  }

  samples(): Sample[] {
    return Array.from(this.#groups.values(), ({ labels, all, failed }) => ({ labels, value: failed / all }));
  }

  #groupOf(labels: L): Group {
    const names = this.#ratio.metric.labels;
    let id = this.#ids.get(labels);
    if (id === undefined) {
      id = idOf(labels, names);
      this.#ids.set(labels, id);
    }
    const known = this.#groups.get(id);
    if (known !== undefined) return known;
    const shared = Object.fromEntries(names.map((name) => [name, labels[name] ?? ""]));
    const fresh: Group = { id, labels: shared, all: 0, failed: 0 };
    this.#groups.set(id, fresh);
    return fresh;
  }

  /** A group without lookups in the window has no ratio. */
  #takeOut(counts: ReadonlyMap<Group, Counts>): void {
    for (const [group, { all, failed }] of counts) {
      add(group, -all, -failed);
      if (group.all === 0) this.#groups.delete(group.id);
    }
  }
}

function add(counts: Counts, all: number, failed: number): void {
  counts.all += all;
  counts.failed += failed;
}

function merge(interval: Interval, to: number, counts: ReadonlyMap<Group, Counts>): void {
  interval.to = to;
  for (const [group, { all, failed }] of counts) {
    const known = interval.counts.get(group);
    if (known === undefined) interval.counts.set(group, { all, failed });
    else add(known, all, failed);
  }
}
