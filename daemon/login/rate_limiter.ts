// A token bucket over all clients: `burst` requests at once, then one an interval.

import type { RateLimit } from "../web_config/rate_limit_section.js";

export class RateLimiter {
  readonly limit: RateLimit;
  readonly #clock: () => number;
  #tokens: number;
  #at: number;

  /** `clock` in milliseconds, monotonic. */
  constructor(limit: RateLimit, clock: () => number) {
    this.limit = limit;
    this.#clock = clock;
    this.#tokens = limit.burst;
    this.#at = clock();
  }

  /** false: this request is one too many. */
  take(): boolean {
    const now = this.#clock();
    this.#tokens = Math.min(this.limit.burst, this.#tokens + (now - this.#at) / this.limit.intervalMs);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Whole seconds until a request will be taken, at least 1. */
  get retryAfterSeconds(): number {
    return Math.max(1, Math.ceil(((1 - this.#tokens) * this.limit.intervalMs) / 1000));
  }
}
