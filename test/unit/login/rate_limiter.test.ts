import { describe, expect, test } from "vitest";
import { RateLimiter } from "../../../daemon/login/rate_limiter.js";

describe("a rate limit", () => {
  test("lets a burst through, then one request an interval", () => {
    let now = 0;
    const limiter = new RateLimiter({ intervalMs: 1000, burst: 3 }, () => now);
    const taken = () => Array.from({ length: 5 }, () => limiter.take()).filter(Boolean).length;
    expect(taken()).toBe(3);
    now = 999;
    expect(taken()).toBe(0);
    now = 1000;
    expect(taken()).toBe(1);
    now = 2500;
    expect(taken()).toBe(1);
    now = 3000;
    expect(taken()).toBe(1);
    now = 1e9;
    expect(taken()).toBe(3);
  });

  test("tells in whole seconds when to come again", () => {
    let now = 0;
    const limiter = new RateLimiter({ intervalMs: 10_000, burst: 1 }, () => now);
    limiter.take();
    expect(limiter.retryAfterSeconds).toBe(10);
    now = 9500;
    limiter.take();
    expect(limiter.retryAfterSeconds).toBe(1);
  });
});

describe("a rate limit that is used up", () => {
  test("asks for no less than a second, and for a whole one more where a part is left", () => {
    let now = 0;
    const limiter = new RateLimiter({ intervalMs: 2500, burst: 2 }, () => now);
    limiter.take();
    expect(limiter.retryAfterSeconds).toBe(1);
    limiter.take();
    expect(limiter.retryAfterSeconds).toBe(3);
    now = 1000;
    limiter.take();
    expect(limiter.retryAfterSeconds).toBe(2);
  });

  test("tells what it was made with", () => {
    const limit = { intervalMs: 100, burst: 7 };
    expect(new RateLimiter(limit, () => 0).limit).toBe(limit);
  });
});
