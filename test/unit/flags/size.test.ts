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
    ["999999999999", 999_999_999_999],
    ["12KiB", 12_288],
    ["0", 0],
  ])("%s is read", (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  test.each([
    "",
    "8M",
    "8MB",
    "MiB",
    "1.5MiB",
    "-1",
    "8 MiB",
    "8mib",
    "1000000000000",
    "x8MiB",
    "8MiBx",
    "8iB",
    "8TiB",
  ])("%j is none", (text) => {
    expect(parseSize(text)).toBeUndefined();
  });

  test("is written so that it reads as the same", () => {
    fc.assert(fc.property(fc.nat(), (bytes) => parseSize(formatSize(bytes)) === bytes));
    expect([formatSize(8_388_608), formatSize(1025)]).toEqual(["8MiB", "1025B"]);
    expect([1024, 1536, 2 ** 30, 3 * 2 ** 30, 2 ** 40, 1023, 0].map(formatSize)).toEqual([
      ...["1KiB", "1536B", "1GiB", "3GiB", "1024GiB", "1023B", "0B"],
    ]);
  });

  test("may be a power of two", () => {
    expect([1, 4096, 2 ** 30].every(isPowerOfTwo)).toBe(true);
    expect([0, 3, 4097].some(isPowerOfTwo)).toBe(false);
  });
});
