// What the daemon knows of one kind of what it watches. Each kind is an object in a folder of its own; everything else
// goes through the list of them and asks no kind for its name.

import type { Inventory } from "../native/session.js";
import type { Trouble } from "../wire/trouble.js";
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
  /** Begins to look for what is amiss as long as it is so, and is not counted; absent: there is no such thing. */
  watch?(): (inventory: Inventory, names: AccountNames) => readonly Trouble[];
}

/** A metric the kernel keeps itself, read with the inventory. */
export interface Account {
  readonly metric: MetricSpec;
  /** Begins to read it; what the reader gives may depend on what it has read before. */
  open(): AccountReader;
  /** What befalls packets when this sample rises; absent or undefined: nothing. */
  trouble?(labels: Labels): Trouble | undefined;
  /** Whether a rise of this sample is of packets that were forwarded or sent; absent: it is not. */
  isRouted?(labels: Labels): boolean;
}

export type AccountReader = (inventory: Inventory, names: AccountNames) => readonly Sample[];

export interface AccountNames {
  /** Undefined for a namespace that is not to be shown. */
  label(cookie: bigint): string | undefined;
  table(netns: bigint, id: number): string;
  /** Of routes. */
  protocol(id: number): string;
}

export interface Kind<Word extends string = string> extends Collector<Word> {
  /** One of them: "rule lookup". */
  readonly noun: string;
  readonly counters: readonly Counter[];
  /** Absent: it is counted, but never told one by one. */
  readonly lines?: LineWords;
  /** What is said of one that failed for a destination; absent: it has no destinations. */
  failure?(of: FailureKey, names: Pick<Names, "table">): Failure;
}

/** What failures for a destination are counted by. */
export interface FailureKey {
  readonly netns: bigint;
  readonly table: number;
  readonly error: number;
  readonly code: number;
}

/** In the words of the labels; null: the kind has none. */
export interface Failure {
  readonly table: string | null;
  readonly result: string;
  readonly reason: string | null;
}

/** Failures of a kind that one series counts, in the words of its labels. */
export interface CountedFailures {
  readonly netns: string;
  readonly family: string;
  readonly table: string | null;
  readonly result: string;
}

/** What lines say in words, and what they can be chosen by. */
interface LineWords {
  /** `error`: positive errno, 0 if found; of a kind that can only fail TS_ANY_RESULT. */
  result(error: number, code: number): string;
  /** Names of codes by number; empty: none. */
  readonly codes: readonly string[];
  /** Absent: each is of IPv4 or of IPv6. */
  readonly hasFamily?: false;
  readonly filters: readonly LineFilter[];
  /** Those of them that nothing failed can meet. */
  readonly failedLacks?: readonly LineFilter[];
  /** Whether they are shown to whoever names no kinds. Not those of a later release: who reads lines must know all he meets. */
  readonly isShownUnasked: boolean;
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
  /** Whether something else without which it can rise no more is there; absent: there is no such thing. */
  isPresent?(row: Row, names: Names): boolean;
  /** What is shown at 0 until it happens, for each group of series that share the labels `by`. */
  readonly zeros?: { readonly by: readonly (keyof L & string)[]; of(labels: L): readonly L[] };
  /** Failed over all in the failure window, for each group. */
  readonly ratio?: {
    readonly metric: MetricSpec & { readonly labels: readonly (keyof L & string)[] };
    isFailed(labels: L): boolean;
  };
  /** What the history of its namespace says of it; absent: nothing. */
  outcome?(labels: L): Outcome;
  /** What befalls packets when it rises; absent or undefined: nothing. */
  trouble?(labels: L): Trouble | undefined;
  /** Which failures for destinations it counts; absent or undefined: none. */
  failures?(labels: L): CountedFailures | undefined;
  /** Where a row is not a lookup each. */
  correction?(): Correction;
  /** What counts under the same metric and has no rows; absent: nothing. */
  readonly beside?: Pick<Account, "open">;
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
  /** Of routes. */
  protocol(id: number): string;
  isPresent(netns: bigint, ifindex: number): boolean;
  /** Of a set of nft's, by the handles of its table and itself. */
  nftSet(netns: bigint, table: number, set: number): NftSet;
}

interface NftSet {
  /** As nft writes it, with its family: "inet filter". */
  readonly table: string;
  readonly set: string;
  readonly isPresent: boolean;
}
