// What the daemon knows of one kind of what it watches. Each kind is an object in a folder of its own; everything else
// goes through the list of them and asks no kind for its name.

import type { Inventory } from "../native/session.js";
import type { Labels, MetricSpec, Sample } from "./metric.js";
import type { Row } from "./row.js";

/** Something that --[no-]collector.WORD switches. */
export interface Collector<Word extends string = string> {
  /** In flags, labels, JSON and queries. */
  readonly word: Word;
  readonly help: string;
  /** By default. */
  readonly isOn: boolean;
  readonly accounts: readonly Account[];
}

/** A metric the kernel keeps itself, read with the inventory. */
export interface Account {
  readonly metric: MetricSpec;
  /** Begins to read it; what the reader gives may depend on what it has read before. */
  open(): AccountReader;
}

export type AccountReader = (inventory: Inventory, names: AccountNames) => readonly Sample[];

export interface AccountNames {
  /** Undefined for a namespace that is not to be shown. */
  label(cookie: bigint): string | undefined;
  table(netns: bigint, id: number): string;
}

export interface Kind<Word extends string = string> extends Collector<Word> {
  /** One of them: "rule lookup". */
  readonly noun: string;
  readonly counters: readonly Counter[];
  /** Absent: it is counted, but never told one by one. */
  readonly lines?: LineWords;
}

/** What lines say in words, and what they can be chosen by. */
interface LineWords {
  /** `error`: positive errno, 0 if found. */
  result(error: number, code: number): string;
  /** Names of codes by number; empty: none. */
  readonly codes: readonly string[];
  readonly filters: readonly LineFilter[];
}

export type LineFilter = "table" | "egress" | "src" | "dst";

/** A metric that is summed from rows of this kind. Methods are pure. */
export interface Counter<L extends Labels = Labels> {
  readonly metric: MetricSpec & { readonly labels: readonly (keyof L & string)[] };
  /** Whether the row is of this counter; absent if the kind has only one. */
  takes?(row: Row): boolean;
  /**
   * `before` is what the same key had last time, and is returned if it still holds: the same object again spares making,
   * comparing and formatting it.
   */
  labels(row: Row, netns: string, names: Names, before: L | undefined): L;
  /** The label set that stands for all beyond --series.max: of these there may only ever be a few dozen. */
  folded(labels: L): L;
  /** Ifindex of the device without which the row can rise no more; 0: it hangs on its namespace only. */
  hangsOn(row: Row): number;
  /** What is shown at 0 until it happens, for each group of series that share the labels `by`. */
  readonly zeros?: { readonly by: readonly (keyof L & string)[]; of(labels: L): readonly L[] };
  /** Failed over all in the failure window, for each group. */
  readonly ratio?: {
    readonly metric: MetricSpec & { readonly labels: readonly (keyof L & string)[] };
    isFailed(labels: L): boolean;
  };
  /** What the history of its namespace says of it; absent: nothing. */
  outcome?(labels: L): Outcome;
  /** Where a row is not a lookup each. */
  correction?(): Correction;
}

/** A failed lookup is a miss if the kernel asks on after it, and a reject if that was its last word. */
export type Outcome = "found" | "miss" | "reject";

export interface Correction {
  /** Whether the row must wait until all others of a reading are taken in. */
  isLast(row: Row): boolean;
  /** How many lookups it is to be counted for when it rose by so much. */
  counted(row: Row, risen: bigint): bigint;
  /** The row is gone. */
  forget(row: Row): void;
}

/** The names of the moment. */
export interface Names {
  netns(cookie: bigint): string;
  /** Whether the namespace was ever seen. */
  isKnown(cookie: bigint): boolean;
  table(netns: bigint, id: number): string;
  egress(netns: bigint, ifindex: number): string;
  isPresent(netns: bigint, ifindex: number): boolean;
}
