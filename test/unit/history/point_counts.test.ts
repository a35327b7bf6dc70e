import fc from "fast-check";
import { expect, test } from "vitest";
import { PointCounts } from "../../../daemon/history/point_counts.js";

test("a point that nothing was added to is 0, also before and after all", () => {
  const counts = new PointCounts(3);
  counts.add(1, 5);
  expect([-1, 0, 1, 2, 100].map((point) => counts.at(point))).toEqual([0, 0, 5, 0, 0]);
});

test("the newest points are remembered, whatever the gaps between them", () => {
  const additions = fc.array(fc.tuple(fc.nat(9), fc.integer({ min: 1, max: 9 })), { maxLength: 50 });
  fc.assert(
    fc.property(additions, fc.integer({ min: 1, max: 6 }), (steps, length) => {
      const counts = new PointCounts(length);
      const all = new Map<number, number>();
      let point = 0;
      for (const [gap, count] of steps) {
        point += gap;
        counts.add(point, count);
        all.set(point, (all.get(point) ?? 0) + count);
      }
      for (let past = 0; past < length; past += 1) expect(counts.at(point - past)).toBe(all.get(point - past) ?? 0);
      expect(counts.at(point - length)).toBe(0);
      if (steps.length > 0) expect(counts.newest).toBe(point);
    }),
  );
});

test("a sum goes over both ends", () => {
  const counts = new PointCounts(4);
  for (const point of [1, 2, 3, 4]) counts.add(point, 10 ** point);
  expect(counts.sum(2, 3)).toBe(1100);
});
