// An account with the same few series for each namespace.

import type { Inventory } from "../native/session.js";
import type { Account } from "./kind.js";
import type { Labels, MetricSpec } from "./metric.js";

interface Column {
  /** All but the namespace. */
  readonly labels: Labels;
  /** `row` of the namespaces. Not a number: there is no such series. */
  value(inventory: Inventory, row: number): number;
}

/** Live namespaces that share a label are added up. Label sets stay the same objects from reading to reading. */
export function accountPerNetns(
  metric: MetricSpec,
  columns: readonly Column[],
  meaning: Pick<Account, "trouble" | "isRouted"> = {},
): Account {
  return {
    metric,
    ...meaning,
    open() {
      let known = new Map<string, readonly Labels[]>();
      return (inventory, { label }) => {
        const sums = new Map<string, number[]>();
        for (const [row, { cookie }] of inventory.netns.entries()) {
          const netns = label(cookie);
          if (netns === undefined) continue;
          const before = sums.get(netns);
          sums.set(
            netns,
            columns.map(({ value }, at) => value(inventory, row) + (before?.[at] ?? 0)),
          );
        }
        const last = known;
        known = new Map();
        return [...sums].flatMap(([netns, values]) => {
          const labels = last.get(netns) ?? columns.map((column) => ({ netns, ...column.labels }));
          known.set(netns, labels);
          return labels.flatMap((own, at) => {
            const value = values[at];
            return value === undefined || Number.isNaN(value) ? [] : [{ labels: own, value }];
          });
        });
      };
    },
  };
}
