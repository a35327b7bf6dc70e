// What was counted between two scrapes, and what the ground truth says should have been: both as records from
// "family table egress result" to a number, so that a difference can be read.

import type { TracedLookup } from "./ground_truth.js";
import type { Sample } from "./scrape.js";

export type Growth = Readonly<Record<string, number>>;

const ROUTES = "tablesnoop_route_lookups_total";
const TABLES: Readonly<Record<number, string>> = { 253: "default", 254: "main", 255: "local" };
const ERRORS: Readonly<Record<number, string>> = { 0: "found", 11: "no_route", 13: "prohibit", 22: "blackhole" };
const EHOSTUNREACH = 113;

/** Every series of route lookups of this namespace that rose. */
export function routeGrowth(before: readonly Sample[], after: readonly Sample[], netns: string): Growth {
  const start = new Map(series(before, netns));
  const rises = series(after, netns).map(([key, value]) => [key, value - (start.get(key) ?? 0)] as const);
  return Object.fromEntries(rises.filter(([, rise]) => rise !== 0));
}

export function failuresOf(growth: Growth): Growth {
  return Object.fromEntries(Object.entries(growth).filter(([key]) => !key.endsWith(" found")));
}

export function sumOf(growth: Growth): number {
  return Object.values(growth).reduce((sum, count) => sum + count, 0);
}

/** `routes`: destinations that have an IPv6 route of type unreachable or throw; both look like something else. */
export function tracedGrowth(
  lookups: readonly TracedLookup[],
  routes: Readonly<Record<string, "unreachable" | "throw">> = {},
): Growth {
  const growth: Record<string, number> = {};
  for (const lookup of lookups) {
    const table = TABLES[lookup.table] ?? String(lookup.table);
    const key = keyOf(lookup.family, table, lookup.device, tracedResult(lookup, routes));
    growth[key] = (growth[key] ?? 0) + lookup.count;
  }
  return growth;
}

export function keyOf(family: string, table: string, egress: string, result: string): string {
  return `${family} ${table} ${egress === "" ? "-" : egress} ${result}`;
}

function tracedResult(
  { family, table, error, destination }: TracedLookup,
  routes: Readonly<Record<string, "unreachable" | "throw">>,
): string {
  const isMain = TABLES[table] === "main";
  if (family === "ipv6" && isMain && error === 11 && routes[destination] === "throw") return "throw";
  if (family === "ipv6" && error === EHOSTUNREACH) {
    return isMain && routes[destination] === "unreachable" ? "unreachable" : "no_route";
  }
  return error === EHOSTUNREACH ? "unreachable" : (ERRORS[error] ?? "error");
}

function series(samples: readonly Sample[], netns: string): [string, number][] {
  return samples
    .filter(({ name, labels: { netns: label } }) => name === ROUTES && label === netns)
    .map(({ labels: { family = "", table = "", egress = "", result = "" }, value }) => [
      keyOf(family, table, egress, result),
      value,
    ]);
}
