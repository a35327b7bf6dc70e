// How often routes changed, by the kernel's own sequence numbers.

import { FAMILIES } from "../../fib/lookup.js";
import type { Account } from "../kind.js";
import type { LabelsOf } from "../metric.js";
import { SeriesSums } from "../series_sums.js";

const CHANGES = {
  name: "tablesnoop_fib_changes_total",
  type: "counter",
  help: "Changes of routes in use and of nexthops whose device went or came, by the kernel's own sequence numbers.",
  labels: ["netns", "family"],
} as const;

interface Count {
  readonly last: number;
  readonly total: number;
}

export const fibChanges: Account = {
  metric: CHANGES,
  open() {
    const sums = new SeriesSums<LabelsOf<typeof CHANGES>>(CHANGES.labels);
    let counts = new Map<bigint, readonly Count[]>();
    return ({ netns: rows, fibChanges }, { label }) => {
      const before = counts;
      counts = new Map();
      for (const [row, { cookie }] of rows.entries()) {
        const own = FAMILIES.map((_, at) => advance(before.get(cookie)?.[at], fibChanges[row * 2 + at] ?? Number.NaN));
        counts.set(cookie, own);
        const netns = label(cookie);
        if (netns === undefined) continue;
        for (const [at, { total }] of own.entries()) {
          if (!Number.isNaN(total)) sums.add({ netns, family: FAMILIES[at] ?? "" }, total);
        }
      }
      return sums.take();
    };
  },
};

/** The number falls when a table goes, and begins anew after 2^32; what it was counted for stays. */
function advance({ last, total }: Count = { last: 0, total: 0 }, now: number): Count {
  return { last: now, total: total + Math.max(now - last, 0) };
}
