// Which routes changed in the daemon's own namespace, as rtnetlink tells: of all routes, not of the best of a prefix only.

import { FAMILIES } from "../../fib/lookup.js";
import { ROUTE_CHANGES } from "../../native/route_changes.js";
import type { Account } from "../kind.js";
import type { LabelsOf } from "../metric.js";
import { SeriesSums } from "../series_sums.js";

const CHANGES = {
  name: "tablesnoop_route_changes_total",
  type: "counter",
  help: "Routes added, replaced and removed in the daemon's own network namespace, by what put them there.",
  labels: ["netns", "family", "table", "protocol", "change"],
} as const;

/** What found no room among the sorts of routes that are counted one by one. */
const OTHER = "other";

export const routeChanges: Account = {
  metric: CHANGES,
  open() {
    const sums = new SeriesSums<LabelsOf<typeof CHANGES>>(CHANGES.labels);
    return ({ routeChanges: counts }, names) => {
      if (counts === undefined) return sums.take();
      const netns = names.label(counts.netns);
      if (netns === undefined) return sums.take();
      for (const [row, id] of counts.table.entries()) {
        const family = FAMILIES[counts.family[row] ?? 0] ?? "";
        const table = id === 0 ? OTHER : names.table(counts.netns, id);
        const protocol = id === 0 ? OTHER : names.protocol(counts.protocol[row] ?? 0);
        for (const [at, change] of ROUTE_CHANGES.entries()) {
          sums.add({ netns, family, table, protocol, change }, counts.count[row * ROUTE_CHANGES.length + at] ?? 0);
        }
      }
      return sums.take();
    };
  },
};
