// Waiting for a condition with a deadline; tests never sleep for a fixed time.

import { setTimeout as pause } from "node:timers/promises";

export interface WaitOptions {
  readonly timeoutMs?: number;
  readonly intervalMs?: number;
}

/**
 * Asks `condition` until it returns something other than undefined or false, and returns that. A condition that throws
 * is asked again; its last error is the cause of the failure. The last time is after the deadline: what was asked in time
 * may have been answered late, with what was true long before.
 */
export async function waitUntil<T>(
  what: string,
  condition: () => T | undefined | false | Promise<T | undefined | false>,
  { timeoutMs = 5_000, intervalMs = 20 }: WaitOptions = {},
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  let cause: unknown;
  for (let asked = 1; ; asked += 1) {
    const isLast = performance.now() >= deadline;
    try {
      const answer = await condition();
      if (answer !== undefined && answer !== false) return answer;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (isLast) {
      const last = cause === undefined ? "" : `; the last time: ${String(cause)}`;
      throw new Error(`wait until ${what}: not within ${timeoutMs} ms, asked ${asked} times${last}`, { cause });
    }
    await pause(intervalMs);
  }
}
