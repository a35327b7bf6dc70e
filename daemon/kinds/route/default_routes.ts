// Default routes of each routing table. A table that had one is shown at 0 as long as its namespace lives.

import { FAMILIES } from "../../fib/lookup.js";
import type { Inventory } from "../../native/session.js";
import type { Trouble } from "../../wire/trouble.js";
import type { Account, AccountNames } from "../kind.js";
import type { LabelsOf } from "../metric.js";
import { SeriesSums } from "../series_sums.js";

const DEFAULT_ROUTES = {
  name: "tablesnoop_default_routes",
  type: "gauge",
  help: "Default routes of each table that has one or had one; IPv6: without those that answer with an error.",
  labels: ["netns", "family", "table"],
} as const;

interface Table {
  readonly family: number;
  readonly id: number;
}

export const defaultRoutes: Account = {
  metric: DEFAULT_ROUTES,
  open() {
    const sums = new SeriesSums<LabelsOf<typeof DEFAULT_ROUTES>>(DEFAULT_ROUTES.labels);
    let seen = new Map<bigint, Map<string, Table>>();
    return ({ netns: rows, defaultRoutes: found }, names) => {
      seen = new Map(rows.map(({ cookie }) => [cookie, seen.get(cookie) ?? new Map()]));
      const counts = new Map<Table, number>();
      for (const { netns, family, table: id, routes } of found) {
        const tables = seen.get(netns);
        if (tables === undefined) continue;
        const key = `${family} ${id}`;
        const table = tables.get(key) ?? { family, id };
        tables.set(key, table);
        counts.set(table, routes);
      }
      for (const [cookie, tables] of seen) {
        const netns = names.label(cookie);
        if (netns === undefined) continue;
        for (const table of tables.values()) {
          const labels = { netns, family: FAMILIES[table.family] ?? "", table: names.table(cookie, table.id) };
          sums.add(labels, counts.get(table) ?? 0);
        }
      }
      return sums.take();
    };
  },
};

/** Tables that have lost their last one. */
export function watchDefaultRoutes() {
  const read = defaultRoutes.open();
  return (inventory: Inventory, names: AccountNames): Trouble[] =>
    read(inventory, names)
      .filter(({ value }) => value === 0)
      .map(({ labels: { netns = "", family = "", table: detail = "" } }) => ({
        ...({ cause: "default_route", netns, family, device: "", detail } as const),
      }));
}
