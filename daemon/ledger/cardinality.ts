// The limit on series of lookups, and what becomes of a label set beyond it.

import { isRoute, type LookupLabels } from "../kinds/labels.js";

const OTHER = "other";

export class Cardinality {
  readonly #max: number;
  #taken = 0;
  #folded = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Makes room for one more label set, or says that there is none. */
  take(): boolean {
    if (this.#taken >= this.#max) return false;
    this.#taken += 1;
    return true;
  }

  give(): void {
    this.#taken -= 1;
  }

  countFold(): void {
    this.#folded += 1;
  }

  get room(): number {
    return this.#max - this.#taken;
  }

  /** Counted keys folded so far, each at its first fold. */
  get folded(): number {
    return this.#folded;
  }
}

/**
 * The label set that stands for all beyond the limit. It keeps family, result and action, so that there are a few
 * dozen of them at most; they do not count toward the limit.
 */
export function foldedLabels(labels: LookupLabels): LookupLabels {
  if (isRoute(labels)) {
    return { ...labels, netns: OTHER, table: OTHER, egress: labels.result === "found" ? OTHER : "" };
  }
  return {
    ...labels,
    netns: OTHER,
    table: labels.table === "" ? "" : OTHER,
    priority: labels.priority === "" ? "" : OTHER,
  };
}
