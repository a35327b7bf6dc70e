// Gives the kernel's counter indices of dead keys back, in two steps: retire, and release once no lookup can be counting
// under them any more. Counts are read all the while, so nothing is lost.

import type { Session } from "../native/session.js";

/** The session asks for one second between the steps; the rest is room for a clock read before the first step. */
const GRACE_MS = 2000;

export class Retirement {
  readonly #session: Pick<Session, "retire" | "release">;
  readonly #retiredAt = new Map<number, number>();

  constructor(session: Pick<Session, "retire" | "release">) {
    this.#session = session;
  }

  /** Call after the counts of this drain were taken in. Returns the indices given back: new keys may come under them. */
  release(now: number): Uint32Array {
    const due = Uint32Array.from([...this.#retiredAt].filter(([, at]) => now - at >= GRACE_MS).map(([index]) => index));
    if (due.length === 0) return due;
    this.#session.release(due);
    for (const index of due) this.#retiredAt.delete(index);
    return due;
  }

  /** Takes those of the indices that are not on their way out already. */
  retire(now: number, indices: Uint32Array): void {
    const fresh = indices.filter((index) => !this.#retiredAt.has(index));
    if (fresh.length === 0) return;
    this.#session.retire(fresh);
    for (const index of fresh) this.#retiredAt.set(index, now);
  }
}
