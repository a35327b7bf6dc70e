// Counts by destination over the last minute (or what the window is), in slices: bounded however many destinations and
// drains there are. What is rare beside a thousand others may get lost, never what is frequent.

import type { FailureKey } from "../kinds/kind.js";
import type { FailedDestinationRows } from "../native/session.js";

/** A slice is this share of the window, which is how finely its edge moves. */
const SLICES = 12;

/** Destinations kept in a slice, once it has twice as many. */
const MOST_IN_SLICE = 1024;

/** What a count is about, as the kernel's side tells it. */
export interface DestinationKey extends FailureKey {
  /** Position in KINDS. */
  readonly kind: number;
  /** Indexes FAMILIES of fib/lookup.ts. */
  readonly family: number;
  readonly destination: string;
}

export interface DestinationCount {
  readonly key: DestinationKey;
  lookups: number;
}

/** What was counted from one drain (exclusive) to another (inclusive). */
interface Slice {
  readonly from: number;
  to: number;
  sampledOneIn: number;
  counts: Map<string, DestinationCount>;
}

export class DestinationWindow {
  readonly #windowMs: number;
  readonly #slices: Slice[] = [];
  #addedAt: number;

  constructor(windowMs: number, startedAt: number) {
    this.#windowMs = windowMs;
    this.#addedAt = startedAt;
  }

  /** When rows were last added, or nothing was counted yet. */
  get addedAt(): number {
    return this.#addedAt;
  }

  /** Milliseconds the counts cover: up to a slice more than the window, less until it was full once. */
  get coveredMs(): number {
    return this.#addedAt - (this.#slices[0]?.from ?? this.#addedAt);
  }

  /** The coarsest sampling in the window. */
  get sampledOneIn(): number {
    return Math.max(1, ...this.#slices.map((slice) => slice.sampledOneIn));
  }

  /** Takes in what was counted since the last call, and lets go of slices that ended at least a window ago. */
  add(rows: FailedDestinationRows, now: number): void {
    const slice = this.#sliceUntil(now);
    slice.sampledOneIn = Math.max(slice.sampledOneIn, rows.sampledOneIn);
    for (const { key, lookups } of countsOf(rows)) addCount(slice.counts, keyId(key), key, lookups);
    if (slice.counts.size > 2 * MOST_IN_SLICE) slice.counts = mostFrequent(slice.counts);
    while (this.#slices[0] !== undefined && this.#slices[0].to <= now - this.#windowMs) this.#slices.shift();
  }

  /** Sums over the window, in no order. */
  counts(): Iterable<Readonly<DestinationCount>> {
    const sums = new Map<string, DestinationCount>();
    for (const { counts } of this.#slices) {
      for (const [id, { key, lookups }] of counts) addCount(sums, id, key, lookups);
    }
    return sums.values();
  }

  #sliceUntil(now: number): Slice {
    const last = this.#slices.at(-1);
    const from = this.#addedAt;
    this.#addedAt = now;
    if (last !== undefined && now - last.from <= this.#windowMs / SLICES) {
      last.to = now;
      return last;
    }
    const slice: Slice = { from, to: now, sampledOneIn: 1, counts: new Map() };
    this.#slices.push(slice);
    return slice;
  }
}

/** One for each row. */
export function* countsOf(rows: FailedDestinationRows): Generator<Readonly<DestinationCount>> {
  for (const [at, destination] of rows.destination.entries()) {
    const key: DestinationKey = {
      kind: rows.kind[at] ?? 0,
      netns: rows.netns[at] ?? 0n,
      table: rows.table[at] ?? 0,
      family: rows.family[at] ?? 0,
      error: rows.error[at] ?? 0,
      code: rows.code[at] ?? 0,
      destination,
    };
    yield { key, lookups: rows.count[at] ?? 0 };
  }
}

function keyId({ kind, netns, table, family, error, code, destination }: DestinationKey): string {
  return `${kind} ${netns} ${table} ${family} ${error} ${code} ${destination}`;
}

function addCount(to: Map<string, DestinationCount>, id: string, key: DestinationKey, lookups: number): void {
  const known = to.get(id);
  if (known === undefined) to.set(id, { key, lookups });
  else known.lookups += lookups;
}

function mostFrequent(counts: ReadonlyMap<string, DestinationCount>): Map<string, DestinationCount> {
  const sorted = [...counts].sort(([, one], [, other]) => other.lookups - one.lookups);
  return new Map(sorted.slice(0, MOST_IN_SLICE));
}
