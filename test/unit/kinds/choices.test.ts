import { describe, expect, it } from "vitest";
import { EGRESS_MULTIPATH } from "../../../daemon/fib/lookup.js";
import { Choices } from "../../../daemon/kinds/route/choices.js";
import type { Row } from "../../../daemon/kinds/row.js";
import { ABI } from "../../../daemon/native/abi.js";

const MAIN = 254;
/** A lookup that found a route with several nexthops. */
const LOOKUP: Row = { netns: 1n, kind: 0, family: "ipv4", error: 0, words: [MAIN, EGRESS_MULTIPATH], code: 0 };
/** The choice of one of them. */
const CHOICE: Row = { ...LOOKUP, words: [MAIN, 2], code: ABI.TS_ROUTE_SELECTED };

/** After so many choices. */
function chosen(times: bigint): Choices {
  const choices = new Choices();
  expect(choices.counted(CHOICE, times)).toBe(times);
  return choices;
}

describe("Choices", () => {
  it("leave every lookup without a choice as it is", () => {
    expect(new Choices().counted(LOOKUP, 5n)).toBe(5n);
    expect(chosen(0n).counted(LOOKUP, 5n)).toBe(5n);
  });

  it("are taken off the lookups they followed, once", () => {
    const choices = chosen(2n);
    expect(choices.counted({ ...CHOICE, words: [MAIN, 3] }, 1n)).toBe(1n);
    expect(choices.counted(LOOKUP, 5n)).toBe(2n);
    expect(choices.counted(LOOKUP, 5n)).toBe(5n);
  });

  it("that were read before their lookups wait for them", () => {
    const choices = chosen(5n);
    expect([2n, 2n, 2n, 2n].map((risen) => choices.counted(LOOKUP, risen))).toEqual([0n, 0n, 1n, 2n]);
  });

  it("that are as many as the lookups leave none, now and later", () => {
    const choices = chosen(3n);
    expect([3n, 3n].map((risen) => choices.counted(LOOKUP, risen))).toEqual([0n, 3n]);
  });

  it.each<Partial<Row>>([{ netns: 2n }, { family: "ipv6" }, { words: [100, EGRESS_MULTIPATH] }])(
    "in a table are nothing to another that differs in %o",
    (difference) => {
      const choices = chosen(3n);
      expect(choices.counted({ ...LOOKUP, ...difference }, 3n)).toBe(3n);
      expect(choices.counted(LOOKUP, 3n)).toBe(0n);
    },
  );

  it.each([
    ["of one nexthop", { ...LOOKUP, words: [MAIN, 2] }],
    ["that failed", { ...LOOKUP, error: 11 }],
    ["that failed, for a route of type 1", { ...LOOKUP, error: 113, code: ABI.TS_ROUTE_SELECTED }],
  ] as const)("are neither made by a lookup %s nor taken off it", (_, row) => {
    const choices = chosen(3n);
    expect(choices.counted(row, 7n)).toBe(7n);
    expect(choices.counted(LOOKUP, 3n)).toBe(0n);
    expect(choices.counted(LOOKUP, 3n)).toBe(3n);
  });

  it.each([
    ["a choice", CHOICE],
    ["a lookup that may have one", LOOKUP],
  ])("are given up with the row of %s in their table", (_, row) => {
    const choices = chosen(3n);
    choices.forget(row);
    expect(choices.counted(LOOKUP, 3n)).toBe(3n);
  });

  it.each([
    ["a plain lookup", { ...LOOKUP, words: [MAIN, 2] }],
    ["a failed one", { ...LOOKUP, words: [MAIN, 0], error: 11 }],
    ["a choice in another table", { ...CHOICE, words: [100, 2] }],
  ] as const)("outlive the row of %s", (_, row) => {
    const choices = chosen(3n);
    choices.forget(row);
    expect(choices.counted(LOOKUP, 3n)).toBe(0n);
  });

  it("are asked for the lookups with several nexthops after all others", () => {
    const choices = new Choices();
    expect([LOOKUP, CHOICE, { ...LOOKUP, error: 11 }].map((row) => choices.isLast(row))).toEqual([true, false, false]);
  });
});
