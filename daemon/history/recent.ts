// The last ten minutes for the page at /: per namespace in points of five seconds, per label set only as a rate of now.
// Bounded: so many points, so many namespaces and troubles; label sets go with their series.

import type { Direction, Family } from "../fib/lookup.js";
import type { Outcome } from "../kinds/kind.js";
import type { Labels } from "../kinds/metric.js";
import { NO_ROUTE_COLUMNS } from "../kinds/mib/no_route.js";
import type { HistorySnapshot, NetnsNow } from "../wire/snapshot.js";
import type { Trouble, TroubleNow } from "../wire/trouble.js";
import { PointCounts } from "./point_counts.js";
import { TroubleCounts } from "./trouble_counts.js";

/** Length of a point; the daemon drains at least that often. */
export const POINT_MS = 5000;
/** Drains come by timers, which are a little early at times. */
const EARLY_MS = POINT_MS / 10;
const POINTS = 120;
/** Whole points in a rate of now, besides the one that is not over. */
const RATE_POINTS = 3;

/** Namespaces remembered; one takes 8 kB. */
const MOST_NETNS = 128;
/** Namespaces with a history in one answer. */
const MOST_HISTORIES = 32;

interface NetnsCounts {
  readonly lookups: PointCounts;
  readonly misses: PointCounts;
  readonly rejects: PointCounts;
  /** In the order of NO_ROUTE_COLUMNS. */
  readonly noRoute: readonly PointCounts[];
  /** Packets forwarded and sent. */
  readonly routed: PointCounts;
}

export class Recent {
  /** When each point began, by its number modulo the length; the open one is the last. Milliseconds, monotonic. */
  readonly #begins = new Float64Array(POINTS + 1);
  readonly #netns = new Map<string, NetnsCounts>();
  /** Namespaces that found no room in this point, and how many in the last one. */
  readonly #refused = new Set<string>();
  #refusedLast = 0;
  readonly #troubles = new TroubleCounts(POINTS + 1);
  readonly #rows = new WeakMap<Labels, PointCounts>();
  #open = 0;
  #countedAt: number;

  /** `startedAt`: when nothing was counted yet. */
  constructor(startedAt: number) {
    this.#countedAt = startedAt;
    this.#begins[0] = startedAt;
  }

  /** `labels` must be the same object as long as it is the same series. */
  count(labels: Labels, outcome: Outcome, lookups: bigint): void {
    const count = Number(lookups);
    let row = this.#rows.get(labels);
    if (row === undefined) {
      row = new PointCounts(RATE_POINTS + 1);
      this.#rows.set(labels, row);
    }
    row.add(this.#open, count);
    const netns = this.#countsOf(labels["netns"] ?? "");
    netns?.lookups.add(this.#open, count);
    if (outcome === "miss") netns?.misses.add(this.#open, count);
    if (outcome === "reject") netns?.rejects.add(this.#open, count);
  }

  /** `column` of NO_ROUTE_COLUMNS. */
  countNoRoute(netns: string, column: number, packets: bigint): void {
    this.#countsOf(netns)?.noRoute[column]?.add(this.#open, Number(packets));
  }

  /** Packets that were forwarded or sent. */
  countRouted(netns: string, packets: number): void {
    this.#countsOf(netns)?.routed.add(this.#open, packets);
  }

  /** It befell so many packets or tries of them. */
  countTrouble(trouble: Trouble, count: number): void {
    this.#troubles.add(trouble, this.#open, count);
  }

  /** Ends the drain whose counts were told. `isPresent` tells of a namespace by its label. */
  close(now: number, isPresent: (netns: string) => boolean, goneAfterMs: number): void {
    this.#countedAt = now;
    if (now - this.#beginOf(this.#open) < POINT_MS - EARLY_MS) return;
    this.#open += 1;
    this.#begins[this.#open % this.#begins.length] = now;
    this.#refusedLast = this.#refused.size;
    this.#refused.clear();
    this.#troubles.expire(this.#first());
    for (const [netns, counts] of this.#netns) {
      const newest = newestOf(counts);
      const isOver = newest < this.#first() || (!isPresent(netns) && now - this.#beginOf(newest) > goneAfterMs);
      if (isOver) this.#netns.delete(netns);
    }
  }

  /** How long ago began what the rates of now are taken over. */
  get rateSeconds(): number {
    return (this.#countedAt - this.#beginOf(this.#rateFrom())) / 1000;
  }

  /** Lookups per second of a series, now. */
  rate(labels: Labels): number {
    return this.#rateOf(this.#rows.get(labels));
  }

  /** The worst first: packets without a route, then failed lookups, then most lookups. */
  netns(): { readonly netns: NetnsNow[]; readonly omitted: number } {
    const netns = this.#inOrder().map(([name, counts]) => ({
      netns: name,
      lookupsPerSecond: this.#rateOf(counts.lookups),
      missesPerSecond: this.#rateOf(counts.misses),
      rejectsPerSecond: this.#rateOf(counts.rejects),
      noRoute: NO_ROUTE_COLUMNS.flatMap(([family, direction], column) =>
        this.#noRouteNow(counts, family, direction, column),
      ),
      routedPerSecond: this.#rateOf(counts.routed),
    }));
    return { netns, omitted: this.#refusedCount };
  }

  /** The most frequent first; those that have ended too, as long as they are in the history. */
  troubles(): { readonly troubles: TroubleNow[]; readonly omitted: number } {
    const troubles = this.#troubles.all.map(({ trouble, counts }) => ({ ...trouble, perSecond: this.#rateOf(counts) }));
    return { troubles: troubles.sort((a, b) => b.perSecond - a.perSecond), omitted: this.#troubles.omitted };
  }

  /** `monotonicNow` and `wallNow` are the same moment by both clocks, in milliseconds. */
  history(monotonicNow: number, wallNow: number): HistorySnapshot {
    const points: number[] = [];
    for (let point = this.#first(); point < this.#open; point += 1) points.push(point);
    const seconds = points.map((point) => (this.#beginOf(point + 1) - this.#beginOf(point)) / 1000);
    const perSecond = (...counts: readonly PointCounts[]) =>
      points.map((point, at) => rounded(counts.reduce((sum, one) => sum + one.at(point), 0) / (seconds[at] ?? 1)));
    const shown = this.#inOrder().slice(0, MOST_HISTORIES);
    return {
      times: points.map((point) => Math.round(wallNow - (monotonicNow - this.#beginOf(point + 1))) / 1000),
      netns: shown.map(([netns, { lookups, misses, rejects, noRoute }]) => ({
        netns,
        lookups: perSecond(lookups),
        misses: perSecond(misses),
        rejects: perSecond(rejects),
        noRoute: perSecond(...noRoute),
      })),
      netnsOmitted: this.#netns.size - shown.length + this.#refusedCount,
      troubles: this.#troubles.all.map(({ trouble, counts }) => ({ ...trouble, perSecond: perSecond(counts) })),
    };
  }

  get #refusedCount(): number {
    return Math.max(this.#refused.size, this.#refusedLast);
  }

  #countsOf(netns: string): NetnsCounts | undefined {
    const known = this.#netns.get(netns);
    if (known !== undefined) return known;
    if (this.#netns.size >= MOST_NETNS) {
      this.#refused.add(netns);
      return undefined;
    }
    const fresh = () => new PointCounts(POINTS + 1);
    const counts = {
      lookups: fresh(),
      misses: fresh(),
      rejects: fresh(),
      noRoute: NO_ROUTE_COLUMNS.map(fresh),
      routed: fresh(),
    };
    this.#netns.set(netns, counts);
    return counts;
  }

  #noRouteNow(counts: NetnsCounts, family: Family, direction: Direction, column: number) {
    const packets = counts.noRoute[column];
    if (packets === undefined || packets.sum(this.#first(), this.#open) === 0) return [];
    return [{ family, direction, packetsPerSecond: this.#rateOf(packets) }];
  }

  #inOrder(): [string, NetnsCounts][] {
    const ranked = [...this.#netns].map(([netns, counts]) => ({ netns, counts, rank: this.#rank(counts) }));
    ranked.sort((a, b) => compare(b.rank, a.rank) || (a.netns < b.netns ? -1 : 1));
    return ranked.map(({ netns, counts }) => [netns, counts]);
  }

  #rank({ lookups, misses, rejects, noRoute }: NetnsCounts): readonly number[] {
    const now = (...counts: readonly PointCounts[]) => counts.reduce((sum, one) => sum + this.#rateOf(one), 0);
    return [now(...noRoute), now(misses, rejects), now(lookups), lookups.sum(this.#first(), this.#open)];
  }

  #rateOf(counts: PointCounts | undefined): number {
    const seconds = this.rateSeconds;
    if (counts === undefined || seconds === 0) return 0;
    return rounded(counts.sum(this.#rateFrom(), this.#open) / seconds);
  }

  #rateFrom(): number {
    return Math.max(0, this.#open - RATE_POINTS);
  }

  /** The oldest point that is still told of. */
  #first(): number {
    return Math.max(0, this.#open - POINTS);
  }

  #beginOf(point: number): number {
    return this.#begins[point % this.#begins.length] ?? 0;
  }
}

function newestOf({ lookups, noRoute, routed }: NetnsCounts): number {
  return Math.max(lookups.newest, routed.newest, ...noRoute.map(({ newest }) => newest));
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [at, value] of a.entries()) {
    const difference = value - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Three digits after the point are more than any count is good for. */
function rounded(rate: number): number {
  return Math.round(rate * 1000) / 1000;
}
