// The section rate_limit: how many requests are taken. Pure.

import { parseDuration } from "../flags/duration.js";
import type { YamlValue } from "./yaml_reader.js";

export interface RateLimit {
  /** Between two requests, on the long run. */
  readonly intervalMs: number;
  /** Requests that may come at once. */
  readonly burst: number;
}

/** Undefined: no limit. */
export function rateLimitOf(value: YamlValue): RateLimit | undefined {
  const { interval, burst } = value.fields(["interval", "burst"]);
  const burstOf = burst?.integer(0) ?? 0;
  const intervalMs = interval === undefined ? 0 : parseDuration(interval.string());
  if (intervalMs === undefined) throw interval?.fault("no duration such as 100ms or 1s") ?? value.fault("no interval");
  if (intervalMs === 0) return undefined;
  if (burstOf < 1) throw (burst ?? value).fault("burst must be 1 or more: with 0 no request would ever be answered");
  return { intervalMs, burst: burstOf };
}
