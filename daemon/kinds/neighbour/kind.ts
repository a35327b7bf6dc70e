// Resolutions of neighbours by ARP and ND, and the packets that wait for them.

import { ABI } from "../../native/abi.js";
import type { Counter, Kind, Names } from "../kind.js";
import type { LabelsOf } from "../metric.js";
import type { Row } from "../row.js";
import { neighbourTable, watchNeighbourTables } from "./table.js";

export type NeighbourResult = "resolved" | "failed";

const OTHER = "other";

const RESOLUTIONS = {
  name: "tablesnoop_neighbour_resolutions_total",
  type: "counter",
  help: "Resolutions of neighbours by ARP and ND that ended, an address that is no longer confirmed among the failed.",
  labels: ["netns", "family", "device", "result"],
} as const;

const WAITING = {
  name: "tablesnoop_neighbour_waiting_packets_total",
  type: "counter",
  help: "Packets queued until their neighbour is resolved; they are dropped if it fails or too many wait.",
  labels: ["netns", "family", "device"],
} as const;

type ResolutionLabels = LabelsOf<typeof RESOLUTIONS>;
type WaitingLabels = LabelsOf<typeof WAITING>;

const waits = ({ code }: Row) => code === ABI.TS_NEIGHBOUR_WAITS;
const ifindexOf = ({ words }: Row) => words[ABI.TS_NEIGHBOUR_DEVICE];

function neighbourResult(error: number): NeighbourResult {
  return error === 0 ? "resolved" : "failed";
}

export const resolutions: Counter<ResolutionLabels> = {
  metric: RESOLUTIONS,
  takes: (row) => !waits(row),
  labels(row: Row, netns: string, names: Names, before: ResolutionLabels | undefined): ResolutionLabels {
    const device = names.egress(row.netns, ifindexOf(row));
    if (before?.netns === netns && before.device === device) return before;
    return { netns, family: row.family, device, result: neighbourResult(row.error) };
  },
  folded: (labels) => ({ ...labels, netns: OTHER, device: OTHER }),
  hangsOn: ifindexOf,
  trouble: ({ netns, family, device, result }) =>
    result === "failed" ? { cause: "neighbour", netns, family, device, detail: "" } : undefined,
  zeros: {
    by: ["netns", "family", "device"],
    of: (labels) => (["resolved", "failed"] as const).map((result) => ({ ...labels, result })),
  },
};

export const waitingPackets: Counter<WaitingLabels> = {
  metric: WAITING,
  takes: waits,
  labels(row: Row, netns: string, names: Names, before: WaitingLabels | undefined): WaitingLabels {
    const device = names.egress(row.netns, ifindexOf(row));
    if (before?.netns === netns && before.device === device) return before;
    return { netns, family: row.family, device };
  },
  folded: (labels) => ({ ...labels, netns: OTHER, device: OTHER }),
  hangsOn: ifindexOf,
};

export const kind: Kind<"neighbour"> = {
  word: "neighbour",
  noun: "neighbour resolution",
  help: "Count the resolutions of neighbours by ARP and ND.",
  isOn: true,
  counters: [resolutions, waitingPackets],
  accounts: neighbourTable,
  watch: watchNeighbourTables,
  lines: { result: neighbourResult, codes: [], filters: ["egress", "dst"], isShownUnasked: false },
};

export type { NeighbourResolution as Line } from "./line.js";
