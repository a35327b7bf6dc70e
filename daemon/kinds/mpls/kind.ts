// Labelled packets that come in: what became of each, and the kernel's own account.

import { ABI } from "../../native/abi.js";
import type { Counter, Kind, Names } from "../kind.js";
import type { LabelsOf } from "../metric.js";
import type { Row } from "../row.js";
import { noRoute } from "./no_route.js";

const OTHER = "other";

const LOOKUPS = {
  name: "tablesnoop_mpls_lookups_total",
  type: "counter",
  help: "Labelled packets that came in: forwarded (found), without a route for their label, or dropped for another reason; egress is empty without a nexthop.",
  labels: ["netns", "egress", "result"],
} as const;

export type MplsResult = "found" | "no_route" | "dropped";
type MplsLabels = LabelsOf<typeof LOOKUPS>;

const ENETUNREACH = 101;
const egressOf = ({ words }: Row) => words[ABI.TS_MPLS_EGRESS];

function mplsResult(error: number): MplsResult {
  if (error === 0) return "found";
  return error === ENETUNREACH ? "no_route" : "dropped";
}

export const mplsLookups: Counter<MplsLabels> = {
  metric: LOOKUPS,
  labels(row: Row, netns: string, names: Names, before: MplsLabels | undefined): MplsLabels {
    const egress = egressOf(row) === 0 ? "" : names.egress(row.netns, egressOf(row));
    if (before?.netns === netns && before.egress === egress) return before;
    return { netns, egress, result: mplsResult(row.error) };
  },
  folded: (labels) => ({ ...labels, netns: OTHER, egress: labels.egress === "" ? "" : OTHER }),
  hangsOn: egressOf,
};

export const kind: Kind<"mpls"> = {
  word: "mpls",
  noun: "label lookup",
  help: "Count the lookups of MPLS labels, and read the kernel's own count of those without a route.",
  isOn: true,
  counters: [mplsLookups],
  accounts: [noRoute],
  lines: { result: mplsResult, codes: [], hasFamily: false, filters: ["egress"], isShownUnasked: false },
};

export type { MplsLookup as Line } from "./line.js";
