// A router's rule set with one rule of every kind, and for each the traffic that it decides: the destinations 10.8.N.0/24
// and fd08:N::/32 belong to case N. The router is R of a Line.

import type { Family } from "../../../daemon/fib/lookup.js";
import type { Line } from "../networks/topology.js";
import { send } from "../traffic/send.js";
import type { RuleDecision } from "../truth/rule_truth.js";

export const SENDS = 23;

export interface RuleCase {
  readonly name: string;
  readonly number: number;
  /** After "rule add"; TO stands for the case's prefix, FROM for A's. */
  readonly rules: readonly string[];
  /** Who asks for routes to the prefix: packets from A, sends of R's own, or `ip route get` in R with these words. */
  readonly by: "forwarding" | "sending" | { readonly asking: string } | { readonly pinging: readonly string[] };
  readonly mark?: number;
  readonly decides: RuleDecision;
  /** The rule's part of a verbose line, if a line is compared: selectors with TO and FROM. */
  readonly selectors?: string;
}

const toTable = (priority: number, table: string): RuleDecision => ({
  ...{ priority: String(priority), action: "to_table", table, result: "found" },
});
const rejects = (priority: number, action: string): RuleDecision => ({
  ...{ priority: String(priority), action, table: "", result: action },
});
const NONE: RuleDecision = { priority: "", action: "", table: "", result: "no_route" };
const MAIN = toTable(32766, "main");

export const RULE_CASES: readonly RuleCase[] = [
  {
    ...{ name: "a blackhole rule", number: 1, rules: ["pref 101 to TO blackhole"] },
    ...{ by: "forwarding", decides: rejects(101, "blackhole"), selectors: "to TO" },
  },
  {
    ...{ name: "an unreachable rule", number: 2, rules: ["pref 102 to TO unreachable"] },
    ...{ by: "sending", decides: rejects(102, "unreachable"), selectors: "to TO" },
  },
  {
    ...{ name: "a prohibit rule", number: 3, rules: ["pref 103 to TO prohibit"] },
    ...{ by: "sending", decides: rejects(103, "prohibit") },
  },
  {
    ...{ name: "a rule on the source", number: 4, rules: ["pref 104 from FROM to TO table 104"] },
    ...{ by: "forwarding", decides: toTable(104, "104"), selectors: "from FROM to TO" },
  },
  {
    ...{ name: "a rule on the input device", number: 5, rules: ["pref 105 iif r-a to TO table 105"] },
    ...{ by: "forwarding", decides: toTable(105, "105"), selectors: "to TO iif r-a" },
  },
  {
    ...{ name: "a rule on the mark", number: 6, rules: ["pref 106 fwmark 0x66 to TO table 106"], mark: 0x66 },
    ...{ by: "sending", decides: toTable(106, "106"), selectors: "to TO fwmark 0x66" },
  },
  {
    ...{ name: "the rule that a goto leads to", number: 7, rules: ["pref 107 to TO goto 32766"] },
    ...{ by: "forwarding", decides: MAIN, selectors: "" },
  },
  {
    ...{ name: "no rule, if the matching one leads to a throw route,", number: 8 },
    ...{ rules: ["pref 108 tos 0x10 to TO table 108"], by: { asking: "tos 0x10" }, decides: NONE, selectors: "" },
  },
  {
    ...{ name: "a rule on the type of service", number: 9, rules: ["pref 109 tos 0x10 to TO table 104"] },
    ...{ by: { pinging: ["-Q", "0x10"] }, decides: toTable(109, "104"), selectors: "to TO tos 0x10" },
  },
  {
    ...{ name: "no rule, if the route is suppressed,", number: 10 },
    ...{ rules: ["pref 110 to TO table 104 suppress_prefixlength 0"], by: "sending", decides: NONE },
  },
  {
    ...{ name: "a rule that suppresses only shorter prefixes", number: 11 },
    ...{ rules: ["pref 111 to TO table 104 suppress_prefixlength 0"], by: "forwarding", decides: toTable(111, "104") },
  },
  {
    ...{ name: "a rule on the output device", number: 12, rules: ["pref 112 oif r-b to TO table 104"] },
    ...{ by: { asking: "oif r-b" }, decides: toTable(112, "104"), selectors: "to TO oif r-b" },
  },
  {
    ...{ name: "a rule on what the router sends itself", number: 13, rules: ["pref 113 iif lo to TO table 105"] },
    ...{ by: "sending", decides: toTable(113, "105") },
  },
  {
    ...{ name: "a rule on the user", number: 14 },
    ...{ rules: ["pref 114 uidrange 1000-2000 to TO blackhole", "pref 115 uidrange 0-0 to TO table 105"] },
    ...{ by: "sending", decides: toTable(115, "105"), selectors: "to TO uidrange 0-0" },
  },
  {
    ...{ name: "the rule after one to a table that does not exist", number: 15, rules: ["pref 116 to TO table 1999"] },
    ...{ by: "forwarding", decides: MAIN },
  },
  {
    ...{
      name: "a rule that leads to a prohibit route",
      number: 16,
      rules: ["pref 117 to TO fwmark 0x10/0xf0 table 106"],
    },
    ...{ by: "sending", mark: 0x12 },
    ...{ decides: { priority: "117", action: "to_table", table: "106", result: "prohibit" } },
    selectors: "to TO fwmark 0x10/0xf0",
  },
  {
    ...{ name: "the main rule, if one on an output device cannot match a packet,", number: 17 },
    ...{ rules: ["pref 118 from FROM iif r-a oif r-b to TO table 109"], by: "forwarding", decides: MAIN },
  },
];

/** Cases whose route is not the tables' default one, by table. */
const ROUTED: Readonly<Record<string, readonly number[]>> = {
  main: [7, 15, 17],
  104: [4, 9, 11, 12],
  105: [5, 13, 14],
  106: [6],
};

function prefixOf(family: Family, number: number): string {
  return family === "ipv4" ? `10.8.${number}.0/24` : `fd08:${number}::/32`;
}

export function targetOf(family: Family, number: number): string {
  return family === "ipv4" ? `10.8.${number}.9` : `fd08:${number}::9`;
}

/** A's network. */
function sourceOf(family: Family, line: Line): string {
  const { a } = line.address;
  return family === "ipv4" ? a.ipv4.replace(/\d+$/, "0/24") : a.ipv6.replace(/\d+$/, "/64");
}

export async function addRuleSet(line: Line, family: Family): Promise<void> {
  const flag = family === "ipv4" ? "-4" : "-6";
  const via = `via ${line.address.b[family]}`;
  const routes = Object.entries(ROUTED).flatMap(([table, numbers]) =>
    numbers.map((number) => `route add ${prefixOf(family, number)} ${via} table ${table}`),
  );
  const rules = RULE_CASES.flatMap((one) => one.rules.map((rule) => `rule add ${spell(rule, one, family, line)}`));
  const rest = [
    `route add default ${via} table 104`,
    `route add throw ${prefixOf(family, 8)} table 108`,
    `route add prohibit ${prefixOf(family, 16)} table 106`,
  ];
  const input = `${[...routes, ...rest, ...rules].join("\n")}\n`;
  await line.r.exec("ip", [flag, "-batch", "-"], { input });
  await line.b.ip(`route add blackhole ${family === "ipv4" ? "10.8.0.0/16" : "fd08::/16"}`);
}

/** The words TO and FROM replaced by what they stand for. */
export function spell(words: string, { number }: RuleCase, family: Family, line: Line): string {
  return words.replace("TO", prefixOf(family, number)).replace("FROM", sourceOf(family, line));
}

/** Returns the number of rule lookups this makes in R under the rule that decides. */
export async function causeTraffic(one: RuleCase, family: Family, line: Line, count = SENDS): Promise<number> {
  const to = targetOf(family, one.number);
  if (one.by === "forwarding" || one.by === "sending") {
    const from = one.by === "sending" ? line.r : line.a;
    await send(from, "udp", { to, count, ...(one.mark !== undefined && { mark: one.mark }) });
    // A refused IPv6 send asks again with the source it would have had.
    const asksTwice = one.by === "sending" && family === "ipv6" && one.decides.result !== "found";
    // A forwarded IPv4 packet is asked about twice, its source too; for that the main rule decides.
    const asksSource = one.by === "forwarding" && family === "ipv4" && one.decides.priority === "32766";
    return asksTwice || asksSource ? 2 * count : count;
  }
  if ("asking" in one.by) {
    const input = `route get ${to} ${one.by.asking}\n`.repeat(count);
    await line.r.exec("ip", ["-force", "-batch", "-"], { input }).catch(ignoreFailure);
    return count;
  }
  const flags = ["-n", "-q", "-c", String(count), "-i", "0.01", "-W", "1", ...one.by.pinging];
  await line.a.exec("ping", [...flags, to]).catch(ignoreFailure);
  return count;
}

/** Nobody answers, and a route that is asked for may not be there: what was looked up is what counts. */
function ignoreFailure(error: unknown): void {
  if (!(error instanceof Error && error.name === "CommandError")) throw error;
}
