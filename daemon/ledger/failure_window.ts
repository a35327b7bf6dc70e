// Failed over all lookups of the last minute (or what the window is), per group. A sum that slides: what each drain
// brought is added when it comes and taken out again when the window has passed it.

import type { Sample } from "../exposition/catalog.js";
import { isRoute, type LookupLabels } from "../kinds/labels.js";

/** Drains closer together than this share of the window become one interval, which bounds memory. */
const MERGE_SHARE = 1 / 60;

type RouteGroup = Sample<"routeFailureRatio">["labels"];
type RuleGroup = Sample<"ruleFailureRatio">["labels"];

interface Counts {
  all: number;
  failed: number;
}

interface Group extends Counts {
  readonly id: string;
  readonly labels: RouteGroup | RuleGroup;
}

/** What was counted from one drain (exclusive) to another (inclusive). */
interface Interval {
  readonly from: number;
  to: number;
  readonly counts: Map<Group, Counts>;
}

export class FailureWindow {
  readonly #windowMs: number;
  readonly #groups = new Map<string, Group>();
  /** Ids of the groups of label sets that stay the same objects from drain to drain. */
  readonly #ids = new WeakMap<LookupLabels, string>();
  readonly #intervals: Interval[] = [];
  #pending = new Map<Group, Counts>();
  #drainedAt: number;

  /** `startedAt`: when the totals were zero. */
  constructor(windowMs: number, startedAt: number) {
    this.#windowMs = windowMs;
    this.#drainedAt = startedAt;
  }

  count(labels: LookupLabels, delta: bigint): void {
    if (delta === 0n) return;
    const group = this.#groupOf(labels);
    const all = Number(delta);
    const failed = labels.result === "found" ? 0 : all;
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

  routes(): Sample<"routeFailureRatio">[] {
    const samples: Sample<"routeFailureRatio">[] = [];
    for (const { labels, all, failed } of this.#groups.values()) {
      if ("table" in labels) samples.push({ labels, value: failed / all });
    }
    return samples;
  }

  rules(): Sample<"ruleFailureRatio">[] {
    const samples: Sample<"ruleFailureRatio">[] = [];
    for (const { labels, all, failed } of this.#groups.values()) {
      if (!("table" in labels)) samples.push({ labels, value: failed / all });
    }
    return samples;
  }

  #groupOf(labels: LookupLabels): Group {
    let id = this.#ids.get(labels);
    if (id === undefined) {
      id = groupId(labels);
      this.#ids.set(labels, id);
    }
    const known = this.#groups.get(id);
    if (known !== undefined) return known;
    const { netns, family } = labels;
    const group = isRoute(labels) ? { netns, family, table: labels.table } : { netns, family };
    const fresh: Group = { id, labels: group, all: 0, failed: 0 };
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

function groupId(labels: LookupLabels): string {
  const { netns, family } = labels;
  return isRoute(labels) ? `${netns}\0${family}\0${labels.table}` : `${netns}\0${family}`;
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
