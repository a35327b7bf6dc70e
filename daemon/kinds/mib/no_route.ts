// What the kernel gave up on for want of a route, by its own account.

import type { Direction, Family } from "../../fib/lookup.js";
import { accountPerNetns } from "../per_netns.js";

/** Order of NetnsRow.noRoute. */
export const NO_ROUTE_COLUMNS: readonly (readonly [Family, Direction])[] = [
  ["ipv4", "in"],
  ["ipv4", "out"],
  ["ipv6", "in"],
  ["ipv6", "out"],
];

export const noRoute = accountPerNetns(
  {
    name: "tablesnoop_no_route_total",
    type: "counter",
    help: "Packets (in) and sends (out) the kernel gave up on for want of a route, by its own account, which leaves out sends of IPv4 raw sockets.",
    labels: ["netns", "family", "direction"],
  },
  NO_ROUTE_COLUMNS.map(([family, direction], column) => ({
    labels: { family, direction },
    value: ({ netns }, row) => Number(netns[row]?.noRoute[column] ?? 0n),
  })),
);
