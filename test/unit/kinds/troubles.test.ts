// What the page is told befalls packets, of each counter and account that tells of such.

import { expect, test } from "vitest";
import { COLLECTORS } from "../../../daemon/kinds/collectors.js";
import { KINDS } from "../../../daemon/kinds/list.js";
import type { Labels } from "../../../daemon/kinds/metric.js";
import { watchNeighbourTables } from "../../../daemon/kinds/neighbour/table.js";
import { watchDefaultRoutes } from "../../../daemon/kinds/route/default_routes.js";
import { EMPTY_INVENTORY, type Inventory } from "../../../daemon/native/session.js";

const NAMES = { label: () => "blue", table: () => "main", protocol: String };
const TELLERS = [...KINDS.flatMap(({ counters }) => counters), ...COLLECTORS.flatMap(({ accounts }) => accounts)];

function troubleOf(metric: string, labels: Labels) {
  const teller = TELLERS.find((one) => one.metric.name === `tablesnoop_${metric}`);
  if (teller === undefined) throw new Error(`find tablesnoop_${metric}: nobody tells it`);
  return teller.trouble?.(labels);
}

const BLUE = { netns: "blue", family: "ipv4" };

test.each([
  ["drops_total", { ...BLUE, device: "eth0", reason: "neigh_failed" }, "drop ipv4 eth0 neigh_failed"],
  ["drops_total", { ...BLUE, device: "eth0", reason: "ip_rpfilter" }, undefined],
  ["ip_errors_total", { ...BLUE, reason: "rp_filter" }, "ip_error ipv4  rp_filter"],
  ["packets_total", { ...BLUE, path: "sent" }, undefined],
  ["fdb_updates_total", { netns: "blue", bridge: "br0", change: "moved" }, "fdb_moved  br0 "],
  ["fdb_updates_total", { netns: "blue", bridge: "br0", change: "learned" }, undefined],
  ["tunnel_errors_total", { netns: "blue", device: "vxlan7", kind: "vxlan", reason: "loop" }, "tunnel  vxlan7 loop"],
  ["mpls_no_route_total", { netns: "blue", device: "eth0" }, "mpls  eth0 "],
  ["sid_packets_total", { netns: "blue", action: "End.DX4", result: "dropped" }, "drop ipv6  SRv6 End.DX4"],
  ["sid_packets_total", { netns: "blue", action: "End.DX4", result: "processed" }, undefined],
  ["neighbour_table_full_total", { family: "ipv6" }, "neighbours_full ipv6  "],
  ["neighbour_resolutions_total", { ...BLUE, device: "eth0", result: "failed" }, "neighbour ipv4 eth0 "],
  ["neighbour_resolutions_total", { ...BLUE, device: "eth0", result: "resolved" }, undefined],
] as const)("a rise of %s with %j is %s", (metric, labels, told) => {
  const trouble = troubleOf(metric, labels);
  expect(trouble && [trouble.cause, trouble.family, trouble.device, trouble.detail].join(" ")).toBe(told);
  if (trouble !== undefined) expect(trouble.netns).toBe("netns" in labels ? "blue" : "");
});

test("a neighbour table is nearly full from nine tenths of its limit on, where there is one", () => {
  const watch = watchNeighbourTables();
  const told = (entries: number, entriesMax: number) =>
    watch({ ...EMPTY_INVENTORY, neighbourTables: [{ family: 1, entries, entriesMax, full: 0 }] }).map(
      ({ cause, family }) => `${cause} ${family}`,
    );
  expect(told(900, 1000)).toEqual([]);
  expect(told(901, 1000)).toEqual(["neighbours_nearly_full ipv6"]);
  expect(told(901, 0)).toEqual([]);
});

test("a table is missed its default route only if it had one, and no more once it has one again", () => {
  const watch = watchDefaultRoutes();
  const netns = { cookie: 7n } as Inventory["netns"][number];
  const told = (tables: readonly number[]) => {
    const defaultRoutes = tables.map((table) => ({ netns: 7n, family: 0, table, routes: 1 }));
    return watch({ ...EMPTY_INVENTORY, netns: [netns], defaultRoutes }, NAMES);
  };
  expect(told([])).toEqual([]);
  expect(told([254])).toEqual([]);
  expect(told([])).toEqual([{ cause: "default_route", ...BLUE, device: "", detail: "main" }]);
  expect(told([254])).toEqual([]);
});
