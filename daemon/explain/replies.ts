// What iproute2 says, from its JSON: routes, rules and neighbours. What it leaves out is as it says elsewhere by default.

import { StartError } from "../errors.js";

export interface Hop {
  readonly gateway: string | null;
  readonly device: string | null;
  readonly weight: number | null;
  /** Kind of tunnel. */
  readonly encap: string | null;
}

export interface KernelRoute {
  /** With its length unless it is one address. */
  readonly prefix: string;
  /** unicast, local, blackhole, ... */
  readonly type: string;
  /** Name or number; null: main, or local where that is one with main. */
  readonly table: string | null;
  readonly source: string | null;
  /** At least one; several nexthops if the kernel has to choose. */
  readonly hops: readonly Hop[];
}

export interface Rule {
  readonly priority: number;
  /** As `ip rule` words it, without the priority. */
  readonly text: string;
  /** Name or number it leads to; null: none. */
  readonly table: string | null;
  /** blackhole, ...; null: it leads to a table. */
  readonly action: string | null;
}

export interface Neighbour {
  /** REACHABLE, FAILED, ...; empty: none. */
  readonly states: readonly string[];
  readonly lladdr: string | null;
}

type Fields = Readonly<Record<string, unknown>>;

/** Of `ip route get`, with fibmatch or without, and of `ip route show`. */
export function parseRoutes(text: string): KernelRoute[] {
  // A tunnel to an address has a second "dst" and "src" in its object, and JSON.parse would take those.
  return objects(text.replace(/("encap":"\w+"[^{}]*?)"dst":/g, '$1"encap_dst":')).map((route) => {
    const { nexthops } = route;
    const hops = Array.isArray(nexthops) ? nexthops.map((hop) => hopOf(fields(hop))) : [hopOf(route)];
    return {
      prefix: word(route["dst"]) ?? "default",
      type: word(route["type"]) ?? "unicast",
      table: word(route["table"]),
      source: word(route["prefsrc"]),
      hops,
    };
  });
}

function hopOf(hop: Fields): Hop {
  const { via } = hop;
  return {
    gateway: word(hop["gateway"]) ?? (typeof via === "object" && via !== null ? word(fields(via)["host"]) : null),
    device: word(hop["dev"]),
    weight: typeof hop["weight"] === "number" ? hop["weight"] : null,
    encap: word(hop["encap"]),
  };
}

export function parseRules(text: string): Rule[] {
  return objects(text).map((rule) => {
    const { priority } = rule;
    const table = word(rule["table"]);
    const action = word(rule["action"]) ?? ("goto" in rule ? "goto" : "nop" in rule ? "nop" : null);
    return { priority: typeof priority === "number" ? priority : 0, text: ruleText(rule), table, action };
  });
}

/** Keys that are said in other words, or beside another key. */
const SAID_OTHERWISE: ReadonlySet<string> = new Set([
  ...["priority", "not", "src", "srclen", "dst", "dstlen", "table", "action", "fwmask", "uid_start", "uid_end"],
]);

function ruleText(rule: Fields): string {
  const { fwmask, uid_start, uid_end } = rule;
  const words = ["not" in rule ? "not" : "", `from ${prefixOf(rule, "src")}`];
  if ("dst" in rule) words.push(`to ${prefixOf(rule, "dst")}`);
  for (const [key, value] of Object.entries(rule)) {
    if (SAID_OTHERWISE.has(key)) continue;
    const mask = key === "fwmark" && fwmask !== undefined ? `/${fwmask}` : "";
    words.push(value === null ? key : `${key} ${value}${mask}`);
  }
  if (uid_start !== undefined) words.push(`uidrange ${uid_start}-${uid_end}`);
  words.push("table" in rule ? `lookup ${rule["table"]}` : (word(rule["action"]) ?? ""));
  return words.filter((text) => text !== "").join(" ");
}

function prefixOf(rule: Fields, end: "src" | "dst"): string {
  const length = rule[`${end}len`];
  return `${rule[end] ?? "all"}${length === undefined ? "" : `/${length}`}`;
}

/** Of the neighbour that was asked for; without a state if there is none. */
export function parseNeighbour(text: string): Neighbour {
  const [found] = objects(text);
  const states = found?.["state"];
  return {
    states: Array.isArray(states) ? states.map(String) : [],
    lladdr: found === undefined ? null : word(found["lladdr"]),
  };
}

function word(value: unknown): string | null {
  return typeof value === "string" || typeof value === "number" ? String(value) : null;
}

function objects(text: string): Fields[] {
  try {
    // For no answer at all iproute2 may print nothing.
    const value: unknown = text.trim() === "" ? [] : JSON.parse(text);
    if (Array.isArray(value)) return value.map(fields);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new StartError("ask_refused", { cause: "ip -j printed no JSON" });
}

function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
