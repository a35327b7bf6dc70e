// Counts by point of time, for the newest points only. Points are numbered from 0; one that nothing was added to is 0.

export class PointCounts {
  readonly #counts: Float64Array;
  #newest = 0;

  /** `points`: how many are remembered. */
  constructor(points: number) {
    this.#counts = new Float64Array(points);
  }

  /** `point` must be no older than the newest one added to. */
  add(point: number, count: number): void {
    const { length } = this.#counts;
    const firstStale = Math.max(this.#newest + 1, point - length + 1);
    for (let stale = firstStale; stale <= point; stale += 1) this.#counts[stale % length] = 0;
    this.#newest = Math.max(this.#newest, point);
    this.#counts[point % length] = this.at(point) + count;
  }

  at(point: number): number {
    const { length } = this.#counts;
    if (point > this.#newest || point <= this.#newest - length || point < 0) return 0;
    return this.#counts[point % length] ?? 0;
  }

  /** Both inclusive. */
  sum(from: number, to: number): number {
    let sum = 0;
    for (let point = from; point <= to; point += 1) sum += this.at(point);
    return sum;
  }

  /** The newest point that something was added to; 0 before. */
  get newest(): number {
    return this.#newest;
  }
}
