// What befell packets, by point of time. Bounded: beyond so many troubles they are only told of by number.

import type { Trouble } from "../wire/trouble.js";
import { PointCounts } from "./point_counts.js";

/** Troubles remembered; one takes 1 kB. */
const MOST_TROUBLES = 64;

interface Counted {
  readonly trouble: Trouble;
  readonly counts: PointCounts;
}

export class TroubleCounts {
  readonly #points: number;
  readonly #troubles = new Map<string, Counted>();
  /** Those that found no room since the last expiry, and how many before that. */
  readonly #refused = new Set<string>();
  #refusedLast = 0;

  /** `points`: how many are remembered. */
  constructor(points: number) {
    this.#points = points;
  }

  /** `point` must be no older than the newest one added to. */
  add(trouble: Trouble, point: number, count: number): void {
    const { cause, netns, family, device, detail } = trouble;
    const id = [cause, netns, family, device, detail].join("\0");
    let counted = this.#troubles.get(id);
    if (counted === undefined) {
      if (this.#troubles.size >= MOST_TROUBLES) {
        this.#refused.add(id);
        return;
      }
      counted = { trouble, counts: new PointCounts(this.#points) };
      this.#troubles.set(id, counted);
    }
    counted.counts.add(point, count);
  }

  /** Forgets what nothing was added to from `first` on. */
  expire(first: number): void {
    this.#refusedLast = this.#refused.size;
    this.#refused.clear();
    for (const [id, { counts }] of this.#troubles) if (counts.newest < first) this.#troubles.delete(id);
  }

  get all(): readonly Counted[] {
    return [...this.#troubles.values()];
  }

  get omitted(): number {
    return Math.max(this.#refused.size, this.#refusedLast);
  }
}
