// The cap on scrapes that wait for the metrics. A slot is held until they are rendered, not until they are taken. When none is
// free, a client that has more than its share gives one of its own to a newcomer.

interface Slot {
  readonly client: string;
  /** Resolves if the slot is given to another. */
  readonly lost: Promise<undefined>;
  readonly lose: () => void;
}

export class ScrapeSlots {
  readonly #limit: number;
  readonly #taken = new Set<Slot>();

  /** `limit` 0: no limit. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** undefined: none is free. */
  take(client: string): Slot | undefined {
    if (this.#limit > 0 && this.#taken.size >= this.#limit && !this.#makeRoom(client)) return undefined;
    let lose: () => void = () => undefined;
    const lost = new Promise<undefined>((resolve) => {
      lose = () => resolve(undefined);
    });
    const slot = { client, lost, lose };
    this.#taken.add(slot);
    return slot;
  }

  /** May be called for a slot that was lost. */
  release(slot: Slot): void {
    this.#taken.delete(slot);
  }

  /** The newest slot of the client that has most goes, if that makes the two more equal. */
  #makeRoom(newcomer: string): boolean {
    const counts = new Map<string, number>();
    for (const { client } of this.#taken) counts.set(client, (counts.get(client) ?? 0) + 1);
    const [greatest = "", most = 0] = [...counts].reduce((one, other) => (other[1] > one[1] ? other : one), ["", 0]);
    if (most <= (counts.get(newcomer) ?? 0) + 1) return false;
    const newest = [...this.#taken].findLast(({ client }) => client === greatest);
    if (newest === undefined) return false;
    this.#taken.delete(newest);
    newest.lose();
    return true;
  }
}
