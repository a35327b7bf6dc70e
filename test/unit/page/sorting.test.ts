import { describe, expect, it, test } from "vitest";
import { matches, reordered, sorted } from "../../../daemon/page/sorting.js";

describe("the order", () => {
  const names = [{ name: "r10" }, { name: "R2" }, { name: "a" }];

  it("is of words with the numbers in them, or of numbers", () => {
    const read = (order: boolean) =>
      sorted(names, { column: "name", isDescending: order }, ({ name }) => name).map(({ name }) => name);
    expect(read(false)).toEqual(["a", "R2", "r10"]);
    expect(read(true)).toEqual(["r10", "R2", "a"]);
    expect(sorted([10, 9, 100], { column: "it", isDescending: false }, (it) => it)).toEqual([9, 10, 100]);
  });

  it("leaves equal rows as they came, in both directions", () => {
    const rows = [1, 2, 3].map((id) => ({ id, rate: 0 }));
    for (const isDescending of [true, false]) {
      expect(sorted(rows, { column: "rate", isDescending }, ({ rate }) => rate)).toEqual(rows);
    }
  });

  it("turns round at a second click, and begins with the largest number and the first word", () => {
    const first = { column: "rate", isDescending: true } as const;
    expect(reordered<string>(first, "rate", true)).toEqual({ column: "rate", isDescending: false });
    expect(reordered<string>(first, "name", false)).toEqual({ column: "name", isDescending: false });
    expect(reordered<string>(first, "total", true)).toEqual({ column: "total", isDescending: true });
  });
});

test.each([
  ["", true],
  ["blue", true],
  ["MAIN  ipv4", true],
  ["lue no_", true],
  ["blue ipv6", false],
])("the filter %j lets the row through: %s", (filter, isShown) => {
  expect(matches(["blue", "ipv4", "main", "", "no_route"], filter)).toBe(isShown);
});
