// Tunnel devices: what those of VXLAN find in their forwarding tables, and what any of them could not send.

import { ABI } from "../../native/abi.js";
import type { Counter, Kind, Names } from "../kind.js";
import type { LabelsOf } from "../metric.js";
import type { Row } from "../row.js";
import { tunnelErrors } from "./errors.js";

const OTHER = "other";
const RESULTS = ["found", "default", "missed"] as const;

const LOOKUPS = {
  name: "tablesnoop_vxlan_fdb_lookups_total",
  type: "counter",
  help: "Frames that VXLAN devices were to send, by what their forwarding table had for them: an entry, only the default destination, or neither.",
  labels: ["netns", "device", "result"],
} as const;

export type VxlanResult = (typeof RESULTS)[number];
type VxlanLabels = LabelsOf<typeof LOOKUPS>;

const deviceOf = ({ words }: Row) => words[ABI.TS_TUNNEL_DEVICE];

function vxlanResult(error: number, code: number): VxlanResult {
  if (error !== 0) return "missed";
  return code === ABI.TS_TUNNEL_DEFAULT ? "default" : "found";
}

export const vxlanLookups: Counter<VxlanLabels> = {
  metric: LOOKUPS,
  labels(row: Row, netns: string, names: Names, before: VxlanLabels | undefined): VxlanLabels {
    const device = names.egress(row.netns, deviceOf(row));
    if (before?.netns === netns && before.device === device) return before;
    return { netns, device, result: vxlanResult(row.error, row.code) };
  },
  folded: (labels) => ({ ...labels, netns: OTHER, device: OTHER }),
  hangsOn: deviceOf,
  zeros: { by: ["netns", "device"], of: (labels) => RESULTS.map((result) => ({ ...labels, result })) },
};

export const kind: Kind<"tunnel"> = {
  word: "tunnel",
  noun: "VXLAN lookup",
  help: "Read what tunnel devices could not send, and count the lookups in VXLAN's forwarding tables.",
  isOn: true,
  counters: [vxlanLookups],
  accounts: [tunnelErrors],
  lines: { result: vxlanResult, codes: [], hasFamily: false, filters: ["egress"], isShownUnasked: false },
};

export type { VxlanLookup as Line } from "./line.js";
