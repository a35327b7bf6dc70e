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
    ["10h", 36_000_000],
    ["1.25s", 1250],
    ["2000ns", 0.002],
    ["10us", 0.01],
    ["1s1s", 2000],
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
    [0.5, "0s"],
    [3_723_004, "1h2m3s4ms"],
    [90_000_000, "25h"],
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

describe("the longest duration", () => {
  test.each([
    ["9007199254740991ms", Number.MAX_SAFE_INTEGER],
    ["9007199254740992ms", undefined],
    ["9007199254740.992s", undefined],
  ])("%s is %s", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });
});
