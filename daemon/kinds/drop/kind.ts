// Packets that were dropped for a reason of routing, of neighbours or of tunnels.

import { ABI } from "../../native/abi.js";
import type { Counter, Kind, Names } from "../kind.js";
import type { LabelsOf } from "../metric.js";
import type { Row } from "../row.js";
import { REASONS, reasonName } from "./reason.js";

const OTHER = "other";

const DROPS = {
  name: "tablesnoop_drops_total",
  type: "counter",
  help: "Packets dropped for a reason of routing, of neighbours or of tunnels, in the kernel's own words.",
  labels: ["netns", "family", "device", "reason"],
} as const;

type DropLabels = LabelsOf<typeof DROPS>;

/** The page has these from the kernel's MIB already, which counts more: packets that never got as far as to be dropped. */
const TOLD_BY_MIB = new Set([
  "ip_innoroutes",
  "ip_outnoroutes",
  "ip_inaddrerrors",
  "ip_rpfilter",
  "ip_inhdr",
  "pkt_too_big",
]);

export const drops: Counter<DropLabels> = {
  metric: DROPS,
  labels(row: Row, netns: string, names: Names, before: DropLabels | undefined): DropLabels {
    const device = names.egress(row.netns, row.words[ABI.TS_DROP_DEVICE]);
    if (before?.netns === netns && before.device === device) return before;
    return { netns, family: row.family, device, reason: reasonName(row.code) };
  },
  folded: (labels) => ({ ...labels, netns: OTHER, device: OTHER }),
  hangsOn: ({ words }) => words[ABI.TS_DROP_DEVICE],
  trouble: ({ netns, family, device, reason }) =>
    TOLD_BY_MIB.has(reason) ? undefined : { cause: "drop", netns, family, device, detail: reason },
};

const dropResult = () => "dropped";

export const kind: Kind<"drop"> = {
  word: "drop",
  noun: "drop",
  help: "Count the packets dropped for a reason of routing, of neighbours or of tunnels.",
  isOn: true,
  counters: [drops],
  accounts: [],
  lines: { result: dropResult, codes: REASONS, filters: ["egress", "src", "dst"], isShownUnasked: false },
  failure: ({ code }) => ({ table: null, result: dropResult(), reason: reasonName(code) }),
};

export type { Drop as Line } from "./line.js";
