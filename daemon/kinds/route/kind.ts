// Lookups in one routing table.

import { ABI } from "../../native/abi.js";
import type { Counter, Kind, Names } from "../kind.js";
import type { LabelsOf } from "../metric.js";
import type { Row } from "../row.js";
import { Choices } from "./choices.js";
import { defaultRoutes, watchDefaultRoutes } from "./default_routes.js";
import { failuresOf, isMiss, routeResult } from "./result.js";
import { ROUTE_TYPES } from "./route_type.js";

const OTHER = "other";

const LOOKUPS = {
  name: "tablesnoop_route_lookups_total",
  type: "counter",
  help: "FIB table lookups by answer. One packet may cost several; egress is empty if the lookup failed.",
  labels: ["netns", "family", "table", "egress", "result"],
} as const;

const RATIO = {
  name: "tablesnoop_route_failure_ratio",
  type: "gauge",
  help: "Failed route lookups over all of them in the failure window, 0 to 1; absent without lookups.",
  labels: ["netns", "family", "table"],
} as const;

export type RouteLabels = LabelsOf<typeof LOOKUPS>;

export const routeLookups: Counter<RouteLabels> = {
  metric: LOOKUPS,
  labels(row: Row, netns: string, names: Names, before: RouteLabels | undefined): RouteLabels {
    const table = names.table(row.netns, row.words[ABI.TS_ROUTE_TABLE]);
    const egress = row.error === 0 ? names.egress(row.netns, row.words[ABI.TS_ROUTE_EGRESS]) : "";
    if (before?.netns === netns && before.table === table && before.egress === egress) return before;
    return { netns, family: row.family, table, egress, result: routeResult(row.error, row.code) };
  },
  folded: (labels) => ({ ...labels, netns: OTHER, table: OTHER, egress: labels.result === "found" ? OTHER : "" }),
  hangsOn: ({ words }) => words[ABI.TS_ROUTE_EGRESS],
  zeros: {
    by: ["netns", "family", "table"],
    of: (labels) => failuresOf(labels.family).map((result) => ({ ...labels, egress: "", result })),
  },
  ratio: { metric: RATIO, isFailed: ({ result }) => result !== "found" },
  outcome: ({ result }) => (result === "found" ? "found" : isMiss(result) ? "miss" : "reject"),
  failures: ({ netns, family, table, result }) => (result === "found" ? undefined : { netns, family, table, result }),
  correction: () => new Choices(),
};

export const kind: Kind<"route"> = {
  word: "route",
  noun: "route lookup",
  help: "Count the lookups in routing tables.",
  isOn: true,
  counters: [routeLookups],
  accounts: [defaultRoutes],
  watch: watchDefaultRoutes,
  lines: {
    result: routeResult,
    codes: ROUTE_TYPES,
    filters: ["table", "egress", "src", "dst"],
    failedLacks: ["egress"],
    isShownUnasked: true,
  },
  failure: ({ netns, table, error, code }, names) => ({
    ...{ table: names.table(netns, table), result: routeResult(error, code), reason: null },
  }),
};

export type { RouteLookup as Line } from "./line.js";
