import { describe, expect, test } from "vitest";
import { addedFigure, medianFigure, ratioFigure, table, timeFigure, verdict } from "../../bench/figure.js";

describe("a ratio", () => {
  test("is told from the least of all rounds, and round by round", () => {
    const { least, value, rounds } = ratioFigure("a / b", [110, 400, 120], [100, 200, 100]);
    expect({ least, value, rounds }).toEqual({ least: 1.1, value: 1.2, rounds: [1.1, 2, 1.2] });
  });

  test("is judged by the least, as the median moves with what else runs", () => {
    const noisy = ratioFigure("a / b", [103, 400, 400], [100, 100, 100], { atMost: 1.05 });
    expect(noisy.value).toBe(4);
    expect(verdict(noisy)).toBe("met");
    expect(verdict(ratioFigure("a / b", [106, 106, 106], [100, 100, 100], { atMost: 1.05 }))).toBe("missed");
  });

  test("of a round that is missing is not a number, rather than a wrong one", () => {
    expect(ratioFigure("a / b", [1, 2], [1]).rounds).toEqual([1, Number.NaN]);
  });

  test("of what is added leaves out what a bare run takes", () => {
    const { least, value } = addedFigure("a adds / b adds", [
      [130, 160, 150],
      [115, 120, 125],
      [100, 100, 100],
    ]);
    expect({ least, value }).toEqual({ least: 2, value: 2.5 });
  });
});

describe("the table", () => {
  test("shows least, median, range and verdict of each figure", () => {
    const figures = [
      medianFigure("time", "ns", [650, 1700, 655]),
      ratioFigure("a / b", [106, 130], [100, 100], { atMost: 1.05 }),
    ];
    expect(table(figures).split("\n")).toEqual([
      "figure  least  median  unit  range           goal",
      "time              655  ns    650 .. 1,700",
      "a / b   1.060   1.180        1.060 .. 1.300  <= 1.05  missed",
    ]);
  });

  test("of no rounds is an error, not an empty figure", () => {
    expect(() => medianFigure("time", "ns", [])).toThrow("there are no values");
  });
});

test("a time is judged by its least, and shows how far it moved", () => {
  const figure = timeFigure("scrape", "ms", [140, 600, 380], { atMost: 150 });
  expect(verdict(figure)).toBe("met");
  expect({ least: figure.least, value: figure.value, rounds: figure.rounds }).toEqual({
    least: 140,
    value: 380,
    rounds: [140, 600, 380],
  });
});
