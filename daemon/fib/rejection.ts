// What a route of a rejecting type answers; the same for the rule that led to it.

import type { Result } from "./lookup.js";

const BY_ERRNO: ReadonlyMap<number, Result> = new Map([
  [113 /* EHOSTUNREACH */, "unreachable"],
  [13 /* EACCES */, "prohibit"],
  [22 /* EINVAL */, "blackhole"],
]);

/** `error` is a positive errno. */
export function rejection(error: number): Result | undefined {
  return BY_ERRNO.get(error);
}
