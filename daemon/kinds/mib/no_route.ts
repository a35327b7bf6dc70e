// The kernel's own account per live namespace: what it gave up on for want of a route, and who the namespace is.

import type { Direction, Family } from "../../fib/lookup.js";
import type { Account, Collector } from "../kind.js";

/** Order of NetnsRow.noRoute. */
export const NO_ROUTE_COLUMNS: readonly (readonly [Family, Direction])[] = [
  ["ipv4", "in"],
  ["ipv4", "out"],
  ["ipv6", "in"],
  ["ipv6", "out"],
];

const noRoute: Account = {
  metric: {
    name: "tablesnoop_no_route_total",
    type: "counter",
    help: "Packets (in) and sends (out) the kernel gave up on for want of a route, by its own account, which leaves out sends of IPv4 raw sockets.",
    labels: ["netns", "family", "direction"],
  },
  /** Live namespaces that share a label are added up. */
  samples({ netns: rows }, label) {
    const sums = new Map<string, bigint[]>();
    for (const { cookie, noRoute } of rows) {
      const netns = label(cookie);
      if (netns === undefined) continue;
      const before = sums.get(netns);
      sums.set(
        netns,
        NO_ROUTE_COLUMNS.map((_, column) => (before?.[column] ?? 0n) + (noRoute[column] ?? 0n)),
      );
    }
    return [...sums].flatMap(([netns, values]) =>
      NO_ROUTE_COLUMNS.map(([family, direction], column) => ({
        labels: { netns, family, direction },
        value: Number(values[column] ?? 0n),
      })),
    );
  },
};

export const mib: Collector<"mib"> = {
  word: "mib",
  help: "Read the kernel's own count of packets without a route.",
  isOn: true,
  accounts: [noRoute],
};
