// The kernel's tables of neighbours: one for each family, which all namespaces share.

import { FAMILIES } from "../../fib/lookup.js";
import type { NeighbourTableRow } from "../../native/session.js";
import type { Account, Collector } from "../kind.js";
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
  ),
];

function account(metric: MetricSpec, value: (row: NeighbourTableRow) => number): Account {
  const labels = FAMILIES.map((family) => ({ family }));
  return {
    metric,
    open:
      () =>
      ({ neighbourTables }) =>
        neighbourTables.flatMap((row) => {
          const own = labels[row.family];
          return own === undefined ? [] : [{ labels: own, value: value(row) }];
        }),
  };
}

export const neighbour: Collector<"neighbour"> = {
  word: "neighbour",
  help: "Read the size of the kernel's tables of neighbours.",
  isOn: true,
  accounts: neighbourTable,
};
