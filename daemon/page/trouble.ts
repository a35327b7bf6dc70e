// Is there a problem, where, since when, of which kind: from the answers of the daemon to a few words. Pure.

import type { RemovedRoute } from "../wire/change.js";
import type { HistorySnapshot, LookupsAnswer, NetnsNow } from "../wire/snapshot.js";
import type { Trouble, TroubleNow } from "../wire/trouble.js";
import { gravity, headlineOf, inOrder, sentenceOf } from "./causes.js";
import { clock, counted, minute, rate, share } from "./format.js";
import { removalSentences } from "./removed_routes.js";

export interface Verdict {
  readonly level: "good" | "notice" | "bad";
  readonly headline: string;
  /** The same without numbers that change all the time, to be read out when it changes. */
  readonly news: string;
  /** One sentence each, the gravest first. */
  readonly reasons: readonly string[];
}

/** From this many packets per second and this share of all on it is bad; the shipped alert has the same limits. */
const BAD_PER_SECOND = 1;
const BAD_SHARE = 0.05;
/** Points without any, between two with, that do not end a trouble. */
const PAUSE_POINTS = 3;
/** Namespaces named one by one. */
const MOST_NAMED = 3;
/** Other troubles named one by one. */
const MOST_TROUBLES = 6;

const FAMILY = { ipv4: "IPv4", ipv6: "IPv6" } as const;
const DIRECTION = { in: "received", out: "sent from here" } as const;

/** `causes`: of what fails now, as far as they are known. */
export function verdictOf(
  lookups: LookupsAnswer,
  history: HistorySnapshot | undefined,
  causes: readonly (RemovedRoute | null)[] = [],
): Verdict {
  const troubled = lookups.netns.filter((netns) => noRouteRate(netns) > 0);
  const total = troubled.reduce((sum, netns) => sum + noRouteRate(netns), 0);
  const lost = troubled.slice(0, MOST_NAMED).map((netns) => lostSentence(netns, history));
  if (troubled.length > MOST_NAMED) lost.push(`And so in ${counted(troubled.length - MOST_NAMED, "more namespace")}.`);
  if (troubled.length > 0) lost.push(...removalSentences(causes));
  const blind = blindness(lookups);
  const troubles = inOrder(lookups.troubles.filter(({ perSecond }) => perSecond > 0));
  const reasons = [...lost, ...troubleSentences(troubles, lookups, history), ...blind, ...rejects(lookups.netns)];
  if (!lookups.probes.some(({ attached }) => attached)) {
    return verdict("bad", "Nothing is counted: no probe is attached", reasons);
  }
  if (troubled.length > 0) {
    const [first] = troubled;
    const where = troubled.length === 1 && first ? first.netns : counted(troubled.length, "namespace");
    const isBad = troubled.some(isBadlyRouted) || troubles.some((trouble) => gravity(trouble) === "bad");
    const headline = `${rate(total)} packets/s find no route in ${where}${shareText(troubled)}`;
    return { level: isBad ? "bad" : "notice", headline, news: `Packets find no route in ${where}`, reasons };
  }
  const grave = troubles.filter((trouble) => gravity(trouble) !== "good");
  const [gravest] = grave;
  if (gravest !== undefined) {
    const isBad = grave.some((trouble) => gravity(trouble) === "bad");
    return verdict(isBad ? "bad" : "notice", headlineOf(gravest), reasons);
  }
  const level = blind.length > 0 ? "notice" : "good";
  if (!lookups.countsNoRoute) {
    const why = "The daemon runs with --no-collector.mib.";
    return verdict("notice", "Whether packets find a route is not read", [why, ...reasons]);
  }
  return verdict(level, "Every packet finds a route", [...past(history), ...reasons]);
}

function verdict(level: Verdict["level"], headline: string, reasons: readonly string[]): Verdict {
  return { level, headline, news: headline, reasons };
}

export function noRouteRate({ noRoute }: NetnsNow): number {
  return noRoute.reduce((sum, { packetsPerSecond }) => sum + packetsPerSecond, 0);
}

function isBadlyRouted(netns: NetnsNow): boolean {
  const lost = noRouteRate(netns);
  return lost >= BAD_PER_SECOND && lost >= BAD_SHARE * (lost + netns.routedPerSecond);
}

/** Of the packets there that were to be forwarded or sent; empty where no others are known. */
function shareText(troubled: readonly NetnsNow[]): string {
  const lost = troubled.reduce((sum, netns) => sum + noRouteRate(netns), 0);
  const routed = troubled.reduce((sum, { routedPerSecond }) => sum + routedPerSecond, 0);
  return routed === 0 ? "" : `, ${share(lost, lost + routed)} of those there`;
}

function troubleSentences(
  troubles: readonly TroubleNow[],
  { troublesOmitted }: LookupsAnswer,
  history: HistorySnapshot | undefined,
): string[] {
  const named = troubles.slice(0, MOST_TROUBLES);
  const sentences = named.map((trouble) => {
    const past = history?.troubles.find((one) => isSame(one, trouble));
    return `${sentenceOf(trouble)}; since ${beginText(history, past?.perSecond)}.`;
  });
  const others = troubles.length - named.length + troublesOmitted;
  if (others > 0) sentences.push(`And ${counted(others, "more trouble")} of these kinds.`);
  return sentences;
}

function isSame(one: Trouble, other: Trouble): boolean {
  return (["cause", "netns", "family", "device", "detail"] as const).every((word) => one[word] === other[word]);
}

/**
 * When what goes on in these points began, in seconds since 1970; "before" if it was there before the first point, and
 * undefined if the last points tell of nothing.
 */
export function since(times: readonly number[], values: readonly number[]): number | "before" | undefined {
  let begin: number | undefined;
  let pause = 0;
  for (let at = values.length - 1; at >= 0 && pause <= PAUSE_POINTS; at -= 1) {
    if ((values[at] ?? 0) > 0) {
      begin = at;
      pause = 0;
    } else {
      pause += 1;
    }
  }
  if (begin === undefined) return undefined;
  return begin === 0 ? "before" : times[begin - 1];
}

export function sinceText(history: HistorySnapshot | undefined, netns: string): string {
  return beginText(history, history?.netns.find((one) => one.netns === netns)?.noRoute);
}

function beginText(history: HistorySnapshot | undefined, values: readonly number[] | undefined): string {
  const begin = history === undefined || values === undefined ? undefined : since(history.times, values);
  if (begin === "before") return `before ${minute(history?.times[0] ?? 0)}`;
  return begin === undefined ? "just now" : clock(begin);
}

function lostSentence(netns: NetnsNow, history: HistorySnapshot | undefined): string {
  const kinds = netns.noRoute
    .filter(({ packetsPerSecond }) => packetsPerSecond > 0)
    .map(
      ({ family, direction, packetsPerSecond }) =>
        `${rate(packetsPerSecond)}/s ${FAMILY[family]} ${DIRECTION[direction]}`,
    );
  return `${netns.netns}: ${kinds.join(", ")}; since ${sinceText(history, netns.netns)}.`;
}

/** Where the page would not see a problem. */
function blindness({ probes, readErrors, counterOverflow, seriesFolded, netnsOmitted }: LookupsAnswer): string[] {
  const missing = probes.filter(({ isMissing }) => isMissing);
  const sentences = [
    ...readErrors.map(({ source, error }) => `The ${source} cannot be read (${error}); the last good data is shown.`),
    ...missing.map(({ probe, reason }) => `The probe ${probe} is not attached: ${reason}.`),
  ];
  if (counterOverflow > 0) {
    sentences.push(`${counted(counterOverflow, "lookup")} had no room in the kernel’s map; --counters.max makes more.`);
  }
  if (seriesFolded > 0) sentences.push(`Some lookups are summed under “other”; --series.max makes more room.`);
  if (netnsOmitted > 0) sentences.push(`${counted(netnsOmitted, "more namespace")} found no room on this page.`);
  return sentences;
}

function rejects(netns: readonly NetnsNow[]): string[] {
  const rejecting = netns.filter(({ rejectsPerSecond }) => rejectsPerSecond > 0);
  if (rejecting.length === 0) return [];
  const total = rejecting.reduce((sum, { rejectsPerSecond }) => sum + rejectsPerSecond, 0);
  const names = rejecting.slice(0, MOST_NAMED).map(({ netns }) => netns);
  const others = rejecting.length > MOST_NAMED ? ` and ${rejecting.length - MOST_NAMED} more` : "";
  return [
    `${rate(total)} lookups/s meet a route that rejects (unreachable, prohibit, blackhole) in ${names.join(", ")}${others}.`,
  ];
}

/** The last trouble that the history still knows of. */
function past(history: HistorySnapshot | undefined): string[] {
  let newest = -1;
  let where = "";
  for (const { netns, noRoute } of history?.netns ?? []) {
    const at = noRoute.findLastIndex((packets) => packets > 0);
    if (at > newest) [newest, where] = [at, netns];
  }
  const time = history?.times[newest];
  return time === undefined ? [] : [`The last packet without a route was at ${clock(time)} in ${where}.`];
}
