// What a walk of the rules answered, and what the action of the rule that decided is called.

import type { Result } from "../../fib/lookup.js";
import { rejection } from "../../fib/rejection.js";

// linux/fib_rules.h
const FR_ACT_BLACKHOLE = 6;
const FR_ACT_UNREACHABLE = 7;
const FR_ACT_PROHIBIT = 8;
export const FR_ACT_TO_TBL = 1;

/** By number (FR_ACT_*); empty: no rule decided. */
export const ACTIONS: readonly string[] = [
  "",
  "to_table",
  "goto",
  "nop",
  "4",
  "5",
  "blackhole",
  "unreachable",
  "prohibit",
];

/** An unreachable rule answers ENETUNREACH, as if nothing had matched: the action tells, not the errno. */
const REFUSED: ReadonlyMap<number, Result> = new Map([
  [FR_ACT_BLACKHOLE, "blackhole"],
  [FR_ACT_UNREACHABLE, "unreachable"],
  [FR_ACT_PROHIBIT, "prohibit"],
]);

const ESRCH = 3;
const EAGAIN = 11;
const ENETUNREACH = 101;
const NO_RULE_LEFT: ReadonlySet<number> = new Set([ENETUNREACH, ESRCH, EAGAIN]);

/** `error` is a positive errno, 0 if found; `action` that of the rule that decided, 0 if none did. */
export function ruleResult(error: number, action: number): Result {
  if (error === 0) return "found";
  const refused = REFUSED.get(action);
  if (refused !== undefined) return refused;
  if (NO_RULE_LEFT.has(error)) return "no_route";
  return rejection(error) ?? "error";
}

/** The number if it has no name. */
export function actionName(action: number): string {
  return ACTIONS[action] ?? String(action);
}
