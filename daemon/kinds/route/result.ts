// What a routing table answered. The family does not matter for the answer: both give the same numbers; only what can
// be told differs.

import type { Result } from "../../fib/lookup.js";
import { rejection } from "../../fib/rejection.js";

// linux/rtnetlink.h
const RTN_THROW = 9;

const EAGAIN = 11;

/** `error` is a positive errno, 0 if found; `type` the type of a failed lookup's route, 0 if unknown. */
export function routeResult(error: number, type: number): Result {
  if (error === 0) return "found";
  if (error === EAGAIN) return type === RTN_THROW ? "throw" : "no_route";
  return rejection(error) ?? "error";
}

/** Whether the kernel asks the next rule after this answer of a table; every other failure is its last word. */
export function isMiss(result: string): boolean {
  return result === "no_route" || result === "throw";
}

const FAILURES: readonly Result[] = ["no_route", "unreachable", "prohibit", "blackhole", "throw", "error"];

/** Ways a lookup can fail. A throw route of IPv4 cannot be told from a table without a match. */
export function failuresOf(family: string): readonly Result[] {
  return family === "ipv4" ? FAILURES.filter((result) => result !== "throw") : FAILURES;
}
