// The one place that turns what the kernel answered (kind, errno, route type or rule action) into a result.
// The family does not matter for the answer: both families give the same numbers; only what can be told differs.

import type { Family, Kind, Result } from "../../fib/lookup.js";

// linux/rtnetlink.h
const RTN_THROW = 9;

// linux/fib_rules.h
const FR_ACT_BLACKHOLE = 6;
const FR_ACT_UNREACHABLE = 7;
const FR_ACT_PROHIBIT = 8;
export const FR_ACT_TO_TBL = 1;

/** Actions are numbered from 0 to below this. */
export const ACTION_COUNT = FR_ACT_PROHIBIT + 1;

const ACTIONS: ReadonlyMap<number, string> = new Map([
  [0, ""],
  [FR_ACT_TO_TBL, "to_table"],
  [2, "goto"],
  [3, "nop"],
  [FR_ACT_BLACKHOLE, "blackhole"],
  [FR_ACT_UNREACHABLE, "unreachable"],
  [FR_ACT_PROHIBIT, "prohibit"],
]);

const ESRCH = 3;
const EAGAIN = 11;
const EACCES = 13;
const EINVAL = 22;
const ENETUNREACH = 101;
const EHOSTUNREACH = 113;

/** What a route of a rejecting type answers; the same for the rule that led to it. */
const REJECTED: ReadonlyMap<number, Result> = new Map([
  [EHOSTUNREACH, "unreachable"],
  [EACCES, "prohibit"],
  [EINVAL, "blackhole"],
]);

/** An unreachable rule answers ENETUNREACH, as if nothing had matched: the action tells, not the errno. */
const REFUSED_BY_RULE: ReadonlyMap<number, Result> = new Map([
  [FR_ACT_BLACKHOLE, "blackhole"],
  [FR_ACT_UNREACHABLE, "unreachable"],
  [FR_ACT_PROHIBIT, "prohibit"],
]);

const NO_RULE_LEFT: ReadonlySet<number> = new Set([ENETUNREACH, ESRCH, EAGAIN]);

/** `error` is a positive errno, 0 if found; `type` the route type of a failed route lookup, or the deciding rule's action. */
export function resultOf(kind: Kind, error: number, type: number): Result {
  if (error === 0) return "found";
  return kind === "route" ? routeResult(error, type) : ruleResult(error, type);
}

function routeResult(error: number, type: number): Result {
  if (error === EAGAIN) return type === RTN_THROW ? "throw" : "no_route";
  return REJECTED.get(error) ?? "error";
}

function ruleResult(error: number, action: number): Result {
  const refused = REFUSED_BY_RULE.get(action);
  if (refused !== undefined) return refused;
  if (NO_RULE_LEFT.has(error)) return "no_route";
  return REJECTED.get(error) ?? "error";
}

/** Name of a rule's action (FR_ACT_*), empty if no rule decided; the number if it has no name. */
export function actionName(action: number): string {
  return ACTIONS.get(action) ?? String(action);
}

/** Whether the kernel asks the next rule after this answer of a table; every other failure is its last word. */
export function isMiss(result: string): boolean {
  return result === "no_route" || result === "throw";
}

/** Ways a route lookup can fail. A throw route of IPv4 cannot be told from a table without a match. */
export const ROUTE_FAILURES: Readonly<Record<Family, readonly Result[]>> = {
  ipv4: ["no_route", "unreachable", "prohibit", "blackhole", "error"],
  ipv6: ["no_route", "unreachable", "prohibit", "blackhole", "throw", "error"],
};
