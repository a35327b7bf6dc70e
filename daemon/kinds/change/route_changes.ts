// Which routes changed: of the daemon's own namespace as rtnetlink tells, which is of all routes; of the others as the probe
// does, which is of the one of each prefix that is in use.

import { FAMILIES } from "../../fib/lookup.js";
import { ABI } from "../../native/abi.js";
import { ROUTE_CHANGES } from "../../native/route_changes.js";
import type { AccountReader, Counter, Names } from "../kind.js";
import type { LabelsOf } from "../metric.js";
import type { Row } from "../row.js";
import { SeriesSums } from "../series_sums.js";

const CHANGES = {
  name: "tablesnoop_route_changes_total",
  type: "counter",
  help: "Routes added, replaced and removed, by what put them there; of namespaces other than the daemon's own, those in use.",
  labels: ["netns", "family", "table", "protocol", "change"],
} as const;

type ChangeLabels = LabelsOf<typeof CHANGES>;

/** What found no room among the sorts of routes that are counted one by one. */
const OTHER = "other";

/** The word of a number: enum ts_route_change. */
export function changeOf(code: number): (typeof ROUTE_CHANGES)[number] {
  return ROUTE_CHANGES[code] ?? ROUTE_CHANGES[0];
}

export const routeChanges: Counter<ChangeLabels> = {
  metric: CHANGES,
  labels(row: Row, netns: string, names: Names, before: ChangeLabels | undefined): ChangeLabels {
    const table = names.table(row.netns, row.words[ABI.TS_CHANGE_TABLE]);
    const protocol = names.protocol(row.words[ABI.TS_CHANGE_PROTOCOL]);
    if (before?.netns === netns && before.table === table && before.protocol === protocol) return before;
    return { netns, family: row.family, table, protocol, change: changeOf(row.code) };
  },
  folded: ({ family, change }) => ({ netns: OTHER, family, table: OTHER, protocol: OTHER, change }),
  hangsOn: () => 0,
  // The probe knows `replaced` of few: it is shown once there are any.
  zeros: {
    by: ["netns", "family", "table", "protocol"],
    of: (labels) => (["added", "removed"] as const).map((change) => ({ ...labels, change })),
  },
  beside: { open: readOwn },
};

function readOwn(): AccountReader {
  const sums = new SeriesSums<ChangeLabels>(CHANGES.labels);
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
}
