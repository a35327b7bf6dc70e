// Packets for segment identifiers of this machine (SRv6), and whether what the identifier does went well.

import { actionName } from "../encap/words.js";
import type { Counter, Kind, Names } from "../kind.js";
import type { LabelsOf } from "../metric.js";
import type { Row } from "../row.js";

const OTHER = "other";
const RESULTS = ["processed", "dropped"] as const;

const PACKETS = {
  name: "tablesnoop_sid_packets_total",
  type: "counter",
  help: "Packets for segment identifiers of this machine: processed, or dropped by what the identifier does (action) or on the way on from there.",
  labels: ["netns", "action", "result"],
} as const;

export type Srv6Result = (typeof RESULTS)[number];
type Srv6Labels = LabelsOf<typeof PACKETS>;

function srv6Result(error: number): Srv6Result {
  return error === 0 ? "processed" : "dropped";
}

export const sidPackets: Counter<Srv6Labels> = {
  metric: PACKETS,
  labels(row: Row, netns: string, _names: Names, before: Srv6Labels | undefined): Srv6Labels {
    if (before?.netns === netns) return before;
    return { netns, action: actionName(row.code), result: srv6Result(row.error) };
  },
  folded: (labels) => ({ ...labels, netns: OTHER }),
  hangsOn: () => 0,
  zeros: {
    by: ["netns", "action"],
    of: (labels) => RESULTS.map((result) => ({ ...labels, result })),
  },
  trouble: ({ netns, action, result }) =>
    result === "dropped" ? { cause: "drop", netns, family: "ipv6", device: "", detail: `SRv6 ${action}` } : undefined,
};

export const kind: Kind<"srv6"> = {
  word: "srv6",
  noun: "SRv6 packet",
  help: "Count the packets for segment identifiers of this machine, and those they drop.",
  isOn: true,
  counters: [sidPackets],
  accounts: [],
  lines: { result: srv6Result, codes: [], filters: ["src", "dst"], isShownUnasked: false },
};

export type { Srv6Packet as Line } from "./line.js";
