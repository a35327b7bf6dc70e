import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sampleOneIn } from "../../../daemon/destinations/sampling_rate.js";

describe("sampleOneIn", () => {
  it.each([
    [0, 1],
    [1, 1],
    [2000, 1],
    [2001, 2],
    [4000, 2],
    [4001, 4],
    [3_000_000, 2048],
    [1e12, 65_536],
  ])("of %i lookups a second takes one in %i", (lookups, oneIn) => {
    expect(sampleOneIn(lookups)).toBe(oneIn);
  });

  it("samples at most 2,000 a second, and no less than it could", () => {
    fc.assert(
      fc.property(fc.double({ min: 2000, max: 2000 * 65_536, noNaN: true }), (lookups) => {
        const sampled = lookups / sampleOneIn(lookups);
        expect(sampled).toBeLessThanOrEqual(2000);
        expect(sampled).toBeGreaterThanOrEqual(1000);
      }),
    );
  });
});
