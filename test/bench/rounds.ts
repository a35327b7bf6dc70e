// What was measured under each name, round by round.

export class Rounds {
  readonly #values = new Map<string, number[]>();

  add(name: string, value: number): void {
    const values = this.#values.get(name);
    if (values === undefined) this.#values.set(name, [value]);
    else values.push(value);
  }

  /** In the order they came; none if there is none of that name. */
  of(name: string): readonly number[] {
    return this.#values.get(name) ?? [];
  }
}
