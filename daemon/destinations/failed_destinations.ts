// The destinations that most lookups fail for, and most packets are dropped for: drains the kernel's sample, sets how much of it is taken, and names
// what it shows. An estimate for people, beside the exact counters.

import { FAMILIES, type Family } from "../fib/lookup.js";
import type { Failure, Names } from "../kinds/kind.js";
import { KINDS, type KindWord } from "../kinds/list.js";
import type { Session } from "../native/session.js";
import type { RemovedRoute } from "../wire/change.js";
import { type DestinationKey, DestinationWindow } from "./destination_window.js";
import { LatestDestinations } from "./latest_destinations.js";
import { sampleOneIn } from "./sampling_rate.js";

/** What one answer can show. */
export const MOST_DESTINATIONS = 200;

/** Drains are at least so far apart: however many ask, the kernel's side is read once in that time. */
const SHARED_MS = 1000;

/** One row of a report, in the words of the metrics' labels. */
export interface FailedDestination extends Failure {
  readonly kind: KindWord;
  readonly netns: string;
  readonly family: Family;
  /** Address; of a source check, that of the packet's source. */
  readonly destination: string;
  /** Of a kind that is no lookup, how often. In the time covered; estimated if a sample was taken. */
  readonly lookups: number;
  readonly lookupsPerSecond: number;
  /** The removed route that it had, if one is known. */
  readonly cause: RemovedRoute | null;
}

/** A row before it is known to be shown. */
type NamedRow = Omit<FailedDestination, "lookupsPerSecond" | "cause"> & { readonly keys: readonly DestinationKey[] };

export interface FailureReport {
  /** Seconds the counts cover. */
  readonly windowSeconds: number;
  /** The coarsest sampling in that time; 1: counts are exact. */
  readonly sampledOneIn: number;
  /** Most lookups first, at most MOST_DESTINATIONS. */
  readonly destinations: readonly FailedDestination[];
}

export interface FailedDestinationsOptions {
  readonly session: Pick<Session, "failedDestinations" | "sampleFailures">;
  readonly names: Pick<Names, "netns" | "table">;
  readonly windowMs: number;
  /** Milliseconds of the same monotonic clock as every `now`. */
  readonly startedAt: number;
  /** Milliseconds since 1970. */
  readonly time: () => number;
  /** Whether lookups in the namespace of this label are shown. */
  readonly shows: (netns: string) => boolean;
  /** Else nobody is told the latest destinations, nor what they lack. */
  readonly showsAddresses: boolean;
  /** Who knows what was removed; absent: nobody. */
  readonly causes?: { cause(key: Omit<DestinationKey, "kind">, withinMs: number): RemovedRoute | null };
}

export class FailedDestinations {
  readonly #options: FailedDestinationsOptions;
  readonly #window: DestinationWindow;
  readonly latest: LatestDestinations;
  #sampledOneIn = 1;
  #report: FailureReport | undefined;

  constructor(options: FailedDestinationsOptions) {
    this.#options = options;
    this.#window = new DestinationWindow(options.windowMs, options.startedAt);
    this.latest = new LatestDestinations(options);
  }

  /** Until then the kernel's side samples nothing. */
  start(): void {
    this.#options.session.sampleFailures(this.#sampledOneIn);
  }

  /** Takes in what failed since the last drain, unless that was just now. Throws KernelError, and keeps what it has then. */
  drain(now: number): void {
    const { session } = this.#options;
    const elapsedMs = now - this.#window.addedAt;
    if (elapsedMs < SHARED_MS) return;
    const rows = session.failedDestinations();
    this.#report = undefined;
    this.#window.add(rows, now);
    if (this.#options.showsAddresses) this.latest.add(rows);
    const oneIn = sampleOneIn((rows.lookups * 1000) / elapsedMs);
    // The kernel's side may have raised its own meanwhile.
    if (oneIn === this.#sampledOneIn && oneIn === rows.sampledOneIn) return;
    session.sampleFailures(oneIn);
    this.#sampledOneIn = oneIn;
  }

  /** As of the last drain, under the names of now or of the first report after that drain. */
  report(): FailureReport {
    this.#report ??= this.#makeReport();
    return this.#report;
  }

  #makeReport(): FailureReport {
    const seconds = this.#window.coveredMs / 1000;
    const rows = new Map<string, NamedRow>();
    for (const { key, lookups } of this.#window.counts()) {
      const named = this.#name(key);
      if (named === undefined) continue;
      // Two kernel keys may be one for people: namespaces that are unknown, errnos that mean the same.
      const id = Object.values(named).join(" ");
      const { lookups: before = 0, keys = [] } = rows.get(id) ?? {};
      rows.set(id, { ...named, lookups: before + lookups, keys: [...keys, key] });
    }
    const shown = [...rows.values()].sort(byLookups).slice(0, MOST_DESTINATIONS);
    return {
      windowSeconds: Math.round(seconds),
      sampledOneIn: this.#window.sampledOneIn,
      destinations: shown.map(({ keys, ...row }) => ({
        ...row,
        lookupsPerSecond: perSecond(row.lookups, seconds),
        cause: this.#cause(keys),
      })),
    };
  }

  /** The first that is known. */
  #cause(keys: readonly DestinationKey[]): RemovedRoute | null {
    const { causes, showsAddresses } = this.#options;
    if (causes === undefined || !showsAddresses) return null;
    for (const key of keys) {
      const cause = causes.cause(key, this.#window.coveredMs);
      if (cause !== null) return cause;
    }
    return null;
  }

  /** undefined: its namespace is not shown. */
  #name(key: DestinationKey): Omit<NamedRow, "lookups" | "keys"> | undefined {
    const { names, shows } = this.#options;
    const netns = names.netns(key.netns);
    const kind = KINDS[key.kind];
    if (kind?.failure === undefined || !shows(netns)) return undefined;
    const family = FAMILIES[key.family] ?? "ipv4";
    return { kind: kind.word, netns, family, ...kind.failure(key, names), destination: key.destination };
  }
}

/** Hundredths. */
function perSecond(lookups: number, seconds: number): number {
  return Math.round((100 * lookups) / seconds) / 100;
}

/** Ties keep an order of their own, so that a page does not jump. */
function byLookups(one: NamedRow, other: NamedRow): number {
  if (one.lookups !== other.lookups) return other.lookups - one.lookups;
  if (one.destination === other.destination) return 0;
  return one.destination < other.destination ? -1 : 1;
}
