// What happened, in order, from what was heard and what iproute2 says.

import { type Decision, isCalled, type RouteSeen, type RuleSeen } from "./decision.js";
import type { EncapStep, NeighbourStep, NexthopsStep, RuleStep, Step, TableStep } from "./explanation.js";
import type { Question } from "./question.js";
import type { Hop, KernelRoute, Rule } from "./replies.js";

export interface Found {
  readonly question: Question;
  readonly decision: Decision;
  readonly rules: readonly Rule[];
  /** The kernel's answer, and the route that gave it; absent: it refused. */
  readonly answer?: KernelRoute;
  readonly matched?: KernelRoute;
  readonly neighbour?: NeighbourStep;
  /** Of the last route of a packet that is refused, if no probe told it and it is known all the same. */
  readonly unsaid: string | null;
}

export interface Steps {
  readonly steps: readonly Step[];
  readonly tables: readonly TableStep[];
  readonly rule?: RuleStep;
  /** Kind of tunnel the route leads into. */
  readonly encap: string | null;
}

export function stepsOf(found: Found): Steps {
  const { decision, rules, neighbour } = found;
  const tables = decision.tables.map((seen, at) => tableStep(found, seen, at));
  const rule = decision.rule && ruleStep(decision.rule, rules);
  const encap = encapStep(found);
  return {
    steps: [
      ...inOrder(tables, rule, decision),
      ...nexthopsStep(found),
      ...(encap === undefined ? [] : [encap]),
      ...(neighbour === undefined ? [] : [neighbour]),
    ],
    tables,
    ...(rule && { rule }),
    encap: encap?.encap.type ?? null,
  };
}

/** A rule that leads to a table comes before it; one that rejects comes last. */
function inOrder(tables: readonly TableStep[], rule: RuleStep | undefined, { rule: seen }: Decision): Step[] {
  if (rule === undefined) return [...tables];
  const last = tables.at(-1);
  if (last === undefined || seen?.table?.id !== last.table.id) return [...tables, rule];
  return [...tables.slice(0, -1), rule, { ...last, by: null }];
}

function ruleStep({ priority, action, table, result }: RuleSeen, rules: readonly Rule[]): RuleStep {
  const same = rules.filter((rule) => rule.priority === priority && (table === null || leadsTo(rule, table)));
  const [only] = same;
  return { step: "rule", priority, rule: same.length === 1 && only ? only.text : null, action, result };
}

function tableStep({ question, decision, rules, matched, unsaid }: Found, seen: RouteSeen, at: number): TableStep {
  const { table, result, type } = seen;
  const isLast = at === decision.tables.length - 1;
  const known = matched?.prefix ?? unsaid ?? undefined;
  const prefix = seen.prefix ?? (isLast && known !== undefined ? withLength(known, question) : null);
  return {
    step: "table",
    table,
    result,
    suppressed: result === "found" && !isLast,
    prefix,
    type: type ?? (isLast && result === "found" ? (matched?.type ?? null) : null),
    by: ruleTo(table, rules),
  };
}

/** iproute2 leaves out the length of one address, and calls what matches everything default. */
function withLength(prefix: string, { family }: Question): string {
  if (prefix === "default") return family === "ipv4" ? "0.0.0.0/0" : "::/0";
  if (prefix.includes("/")) return prefix;
  return `${prefix}/${family === "ipv4" ? 32 : 128}`;
}

type Table = TableStep["table"];

function ruleTo(table: Table, rules: readonly Rule[]): TableStep["by"] {
  const leading = rules.filter((rule) => leadsTo(rule, table));
  const [only] = leading;
  if (only === undefined || leading.length > 1 || isOfTheKernel(only)) return null;
  return { priority: only.priority, rule: only.text };
}

function leadsTo(rule: Rule, table: Table): boolean {
  return rule.table !== null && isCalled(table, rule.table);
}

/** Those that every namespace begins with go without saying. */
function isOfTheKernel({ text }: Rule): boolean {
  return /^from all lookup (local|main|default|255|254|253)$/.test(text);
}

function nexthopsStep({ answer, matched }: Found): NexthopsStep[] {
  if (answer === undefined || matched === undefined || matched.hops.length < 2) return [];
  const [taken] = answer.hops;
  const chosen = matched.hops.findIndex((hop) => taken !== undefined && isSame(hop, taken));
  return [{ step: "nexthops", of: matched.hops, chosen: chosen < 0 ? null : chosen }];
}

function isSame(one: Hop, other: Hop): boolean {
  return one.gateway === other.gateway && one.device === other.device && one.encap === other.encap;
}

/** By the probes, which know all of it; of several nexthops by iproute2. */
function encapStep({ decision, answer }: Found): EncapStep | undefined {
  const type = answer?.hops[0]?.encap ?? null;
  const seen = decision.tables.at(-1)?.encap ?? null;
  if (answer === undefined || (seen === null && type === null)) return undefined;
  return { step: "encap", encap: seen ?? { type: type ?? "" } };
}
