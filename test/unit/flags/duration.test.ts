import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatDuration, parseDuration } from "../../../daemon/flags/duration.js";

describe("parsing a duration", () => {
  test.each([
    ["5s", 5000],
    ["1m30s", 90_000],
    ["500ms", 500],
    ["1.5h", 5_400_000],
    ["1h2m3s4ms", 3_723_004],
    ["250us", 0.25],
    ["250µs", 0.25],
    ["0", 0],
    ["0s", 0],
  ])("%s is %d ms", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each(["", "5", "s", "-5s", "+5s", "5 s", "5S", "1d", "5s ", "1e3s", ".s", "5s1", "five", `${"9".repeat(400)}h`])(
    "%j is no duration",
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );
});

describe("formatting a duration", () => {
  test.each([
    [60_000, "1m"],
    [90_000, "1m30s"],
    [3_600_000, "1h"],
    [500, "500ms"],
    [0, "0s"],
  ])("%d ms is %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  test("what is formatted is read back as the same duration", () => {
    fc.assert(
      fc.property(fc.nat(), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms);
      }),
    );
  });
});
