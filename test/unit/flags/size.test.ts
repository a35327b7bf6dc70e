import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatSize, isPowerOfTwo, parseSize } from "../../../daemon/flags/size.js";

describe("a size", () => {
  test.each([
    ["65536", 65_536],
    ["1B", 1],
    ["64KiB", 65_536],
    ["8MiB", 8_388_608],
    ["1GiB", 1_073_741_824],
  ])("%s is read", (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  test.each(["", "8M", "8MB", "MiB", "1.5MiB", "-1", "8 MiB", "8mib"])("%j is none", (text) => {
    expect(parseSize(text)).toBeUndefined();
  });

  test("is written so that it reads as the same", () => {
    fc.assert(fc.property(fc.nat(), (bytes) => parseSize(formatSize(bytes)) === bytes));
    expect([formatSize(8_388_608), formatSize(1025)]).toEqual(["8MiB", "1025B"]);
  });

  test("may be a power of two", () => {
    expect([1, 4096, 2 ** 30].every(isPowerOfTwo)).toBe(true);
    expect([0, 3, 4097].some(isPowerOfTwo)).toBe(false);
  });
});
