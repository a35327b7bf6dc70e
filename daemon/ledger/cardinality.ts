// The limit on series of all counters together.

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
