// Kernel totals to Prometheus counters: a kernel total may rise, vanish or begin anew, and its key may be renamed; a
// counter may only rise. Counts go to the label set the key has when they are read, and stay there.

import type { Correction, Counter, Kind, Names } from "../kinds/kind.js";
import type { Labels, Sample } from "../kinds/metric.js";
import { isSameKey, type Row, readRow } from "../kinds/row.js";
import type { CounterRows } from "../native/session.js";
import { Cardinality } from "./cardinality.js";
import { FailureWindow } from "./failure_window.js";
import { type Series, Totals } from "./totals.js";

/** Known keys taken in at once, so that the event loop is not held up: some 10 ms. */
const MOST_KEYS = 8000;
/** A new key takes as long as so many known ones. */
const NEW_KEY = 4;

export interface LedgerOptions {
  /** By number, those that are not collected too. */
  readonly kinds: readonly Kind[];
  readonly names: Names;
  /** Whether lookups in the namespace of this label are shown; those of others are counted for nobody. */
  readonly shows: (netns: string) => boolean;
  /** Series that nothing alive feeds are dropped after this. */
  readonly expiryMs: number;
  readonly seriesMax: number;
  readonly windowMs: number;
  /** Milliseconds of the readings' clock. */
  readonly startedAt: number;
}

/** Rows, and how well their names were known then. */
export interface Entry {
  /** Milliseconds of a monotonic clock. */
  readonly at: number;
  /** Every key there is: one that is missing is gone, and begins anew if it comes back. Absent: not read. */
  readonly rows?: CounterRows;
  /** Whether names are known of everything that was there; else when they last were. */
  readonly isNamed: boolean;
  readonly namedAt: number;
}

/** Lookups that were counted, and where they went. */
export interface Rise<L extends Labels = Labels> {
  readonly counter: Counter<L>;
  /** The same object as long as it is the same series. */
  readonly labels: L;
  readonly lookups: bigint;
}

/** All that is kept of one counter. */
interface Account {
  readonly counter: Counter;
  readonly totals: Totals<Labels>;
  readonly correction: Correction | undefined;
  readonly window: FailureWindow<Labels> | undefined;
}

/** State of one kernel index. */
interface Key {
  readonly row: Row;
  readonly account: Account;
  last: bigint;
  /** When namespace and device were last there, or a lookup was counted all the same. */
  aliveAt: number;
  pass: number;
  labels: Labels | undefined;
  series: Series | undefined;
  wasFolded: boolean;
}

/** The way through the rows of one entry. */
interface Pass {
  readonly entry: Entry;
  readonly rows: CounterRows;
  next: number;
  isRead: boolean;
  /** Rows that must wait for all others. */
  readonly last: [Key, bigint][];
}

export class Ledger {
  readonly #options: LedgerOptions;
  readonly #cap: Cardinality;
  readonly #accounts: readonly (readonly Account[])[];
  readonly #keys = new Map<number, Key>();
  #pass: Pass | undefined;
  #passes = 0;

  constructor(options: LedgerOptions) {
    this.#options = options;
    this.#cap = new Cardinality(options.seriesMax);
    this.#accounts = options.kinds.map(({ counters }) => counters.map((counter) => this.#open(counter)));
  }

  /** Returns what rose. Of very many keys some are left for `rest`, or for the next entry. */
  advance(entry: Entry): readonly Rise[] {
    const { at, rows } = entry;
    this.#passes += 1;
    this.#pass = rows && { entry, rows, next: 0, isRead: false, last: [] };
    const rises = this.rest();
    for (const { window } of this.#accounts.flat()) window?.close(at);
    return rises;
  }

  /** Takes in more of what the last entry left. */
  rest(): readonly Rise[] {
    const rises: Rise[] = [];
    const pass = this.#pass;
    if (pass === undefined) return rises;
    const { rows, entry } = pass;
    for (let room = MOST_KEYS; pass.next < rows.index.length; pass.next += 1) {
      let key = this.#knownKey(rows, pass.next);
      room -= key === undefined ? NEW_KEY : 1;
      if (room < 0) return rises;
      key ??= this.#newKey(rows, pass.next, entry.at);
      if (key === undefined) continue;
      const count = rows.count[pass.next] ?? 0n;
      if (key.account.correction?.isLast(key.row)) pass.last.push([key, count]);
      else this.#advanceKey(key, count, entry, rises);
    }
    if (!pass.isRead && rows.index.length > MOST_KEYS) {
      pass.isRead = true;
      return rises;
    }
    for (const [key, count] of pass.last) this.#advanceKey(key, count, entry, rises);
    for (const [index, key] of this.#keys) {
      if (key.pass !== this.#passes) this.#drop(index, key);
    }
    for (const { totals } of this.#accounts.flat()) totals.expire(entry.at - this.#options.expiryMs);
    this.#pass = undefined;
    return rises;
  }

  /** Whether nothing is left of the last entry. */
  get isWhole(): boolean {
    return this.#pass === undefined;
  }

  /** Indices that may be taken from keys whose namespace or device has long been gone. */
  retirable(now: number): Uint32Array {
    const indices: number[] = [];
    for (const [index, key] of this.#keys) {
      if (now - key.aliveAt > this.#options.expiryMs) indices.push(index);
    }
    return Uint32Array.from(indices);
  }

  /** The indices were released: whatever shows up under them now is another key. */
  forget(indices: Uint32Array): void {
    for (const index of indices) {
      const key = this.#keys.get(index);
      if (key !== undefined) this.#drop(index, key);
    }
  }

  samples(counter: Counter): Sample[] {
    return this.#of(counter)?.totals.samples() ?? [];
  }

  /** Without what has not happened. */
  seen<L extends Labels>(counter: Counter<L>): Sample<L>[] {
    return (this.#of(counter)?.totals.seen() ?? []) as Sample<L>[];
  }

  ratios(counter: Counter): Sample[] {
    return this.#of(counter)?.window?.samples() ?? [];
  }

  /** Counted keys folded so far, each at its first fold. */
  get folded(): number {
    return this.#cap.folded;
  }

  #open(counter: Counter): Account {
    const { windowMs, startedAt } = this.#options;
    return {
      counter,
      totals: new Totals(counter, this.#cap),
      correction: counter.correction?.(),
      window: counter.ratio && new FailureWindow(counter.ratio, windowMs, startedAt),
    };
  }

  #of(counter: object): Account | undefined {
    return this.#accounts.flat().find((account) => account.counter === counter);
  }

  #advanceKey(key: Key, count: bigint, entry: Entry, rises: Rise[]): void {
    const { row, account } = key;
    const labels = this.#label(key, entry);
    if (labels === "later") {
      key.aliveAt = entry.at;
      return;
    }
    const risen = count >= key.last ? count - key.last : count;
    key.last = count;
    const isAlive = risen > 0n || this.#isPresent(key, entry);
    if (isAlive) key.aliveAt = entry.at;
    const lookups = account.correction?.counted(row, risen) ?? risen;
    if (labels === "hidden" || !isAlive) return;

    const series = this.#seriesOf(key, labels);
    series.fedAt = entry.at;
    if (lookups === 0n) return;
    series.total += lookups;
    account.window?.count(series.labels, lookups);
    rises.push({ counter: account.counter, labels: series.labels, lookups });
  }

  /** A namespace that incomplete names may yet lack waits for them, as long as the failure window lasts. */
  #label({ row, account, labels: before }: Key, { at, isNamed, namedAt }: Entry): Labels | "hidden" | "later" {
    const { names, windowMs, shows } = this.#options;
    if (!isNamed && at - namedAt < windowMs && !names.isKnown(row.netns)) return "later";
    const netns = names.netns(row.netns);
    return shows(netns) ? account.counter.labels(row, netns, names, before) : "hidden";
  }

  #isPresent({ row, account: { counter } }: Key, { isNamed }: Entry): boolean {
    const { names } = this.#options;
    if (!isNamed) return true;
    return names.isPresent(row.netns, counter.hangsOn(row)) && (counter.isPresent?.(row, names) ?? true);
  }

  #knownKey(rows: CounterRows, at: number): Key | undefined {
    const known = this.#keys.get(rows.index[at] ?? 0);
    if (known === undefined || !isSameKey(known.row, rows, at)) return undefined;
    known.pass = this.#passes;
    return known;
  }

  /** undefined: it is of no kind that is known. */
  #newKey(rows: CounterRows, at: number, now: number): Key | undefined {
    const row = readRow(rows, at);
    const account = this.#accounts[row.kind]?.find(({ counter }) => counter.takes?.(row) ?? true);
    if (account === undefined) return undefined;
    const key: Key = {
      row,
      account,
      last: 0n,
      aliveAt: now,
      pass: this.#passes,
      labels: undefined,
      series: undefined,
      wasFolded: false,
    };
    this.#keys.set(rows.index[at] ?? 0, key);
    return key;
  }

  #drop(index: number, { row, account }: Key): void {
    this.#keys.delete(index);
    account.correction?.forget(row);
  }

  #seriesOf(key: Key, labels: Labels): Series {
    if (key.series?.isLive && !key.series.isFolded && key.labels === labels) return key.series;
    const series = key.account.totals.take(labels);
    key.labels = labels;
    key.series = series;
    if (series.isFolded && !key.wasFolded) {
      key.wasFolded = true;
      this.#cap.countFold();
    }
    return series;
  }
}
