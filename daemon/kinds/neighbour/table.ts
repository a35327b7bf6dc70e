// The kernel's tables of neighbours: one for each family, which all namespaces share.

import { FAMILIES } from "../../fib/lookup.js";
import type { Inventory, NeighbourTableRow } from "../../native/session.js";
import type { Cause, Trouble } from "../../wire/trouble.js";
import type { Account } from "../kind.js";
import type { MetricSpec } from "../metric.js";

export const neighbourTable: readonly Account[] = [
  account(
    {
      name: "tablesnoop_neighbour_entries",
      type: "gauge",
      help: "Entries of the kernel's table of neighbours, which all namespaces share.",
      labels: ["family"],
    },
    ({ entries }) => entries,
  ),
  account(
    {
      name: "tablesnoop_neighbour_entries_max",
      type: "gauge",
      help: "Entries the table of neighbours has room for (gc_thresh3); permanent ones, and those a routing daemon learned, do not count.",
      labels: ["family"],
    },
    ({ entriesMax }) => entriesMax,
  ),
  account(
    {
      name: "tablesnoop_neighbour_table_full_total",
      type: "counter",
      help: "Neighbours refused because the table was full.",
      labels: ["family"],
    },
    ({ full }) => full,
    { trouble: ({ family = "" }) => ofTable("neighbours_full", family) },
  ),
];

/** A table is nearly full from this share of its limit on; the shipped alert has the same. */
const NEARLY = 0.9;

/** Those that will soon have no room. */
export function watchNeighbourTables() {
  return ({ neighbourTables }: Inventory): Trouble[] =>
    neighbourTables
      .filter(({ entries, entriesMax }) => entriesMax > 0 && entries > NEARLY * entriesMax)
      .map(({ family }) => ofTable("neighbours_nearly_full", FAMILIES[family] ?? ""));
}

function ofTable(cause: Cause, family: string): Trouble {
  return { cause, netns: "", family, device: "", detail: "" };
}

function account(
  metric: MetricSpec,
  value: (row: NeighbourTableRow) => number,
  meaning: Pick<Account, "trouble"> = {},
): Account {
  const labels = FAMILIES.map((family) => ({ family }));
  return {
    metric,
    ...meaning,
    open:
      () =>
      ({ neighbourTables }) =>
        neighbourTables.flatMap((row) => {
          const own = labels[row.family];
          return own === undefined ? [] : [{ labels: own, value: value(row) }];
        }),
  };
}
