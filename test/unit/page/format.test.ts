import { expect, test } from "vitest";
import { clock, count, counted, rate, share, short } from "../../../daemon/page/format.js";

test.each([
  [0, "0"],
  [0.001, "<0.01"],
  [0.2, "0.20"],
  [9.994, "9.99"],
  [12.34, "12.3"],
  [123.4, "123"],
  [1234567, "1,234,567"],
])("a rate of %d is %j", (perSecond, text) => expect(rate(perSecond)).toBe(text));

test.each([
  [0, 0, "0 %"],
  [0, 5, "0 %"],
  [1, 3, "33.3 %"],
  [3, 3, "100 %"],
  [1, 500, "0.2 %"],
  [1, 1e9, "<0.01 %"],
])("%d of %d is %j", (part, whole, text) => expect(share(part, whole)).toBe(text));

test.each([
  [0, "0"],
  [0.25, "0.25"],
  [999, "999"],
  [1500, "1.5K"],
  [2_340_000, "2.34M"],
])("%d is %j in short", (number, text) => expect(short(number)).toBe(text));

test("counts have their noun", () => {
  expect(count(1234)).toBe("1,234");
  expect([counted(1, "row"), counted(0, "row"), counted(2000, "row")]).toEqual(["1 row", "0 rows", "2,000 rows"]);
});

test("a time is local and has 24 hours", () => {
  const noon = new Date(2026, 0, 2, 0, 4, 5).getTime() / 1000;
  expect(clock(noon)).toBe("00:04:05");
});
