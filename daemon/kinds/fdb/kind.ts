// Changes of bridges' forwarding tables: which station is at which port.

import { ABI } from "../../native/abi.js";
import type { Counter, Kind, Names } from "../kind.js";
import type { LabelsOf } from "../metric.js";
import type { Row } from "../row.js";
import { CHANGES, changeOf } from "./change.js";

const OTHER = "other";

const UPDATES = {
  name: "tablesnoop_fdb_updates_total",
  type: "counter",
  help: "Addresses that bridges learned, saw move to another port, or removed; not what somebody configured.",
  labels: ["netns", "bridge", "change"],
} as const;

const FLOODS = {
  name: "tablesnoop_fdb_floods_total",
  type: "counter",
  help: "Unicast frames that bridges sent to all ports, as they knew none for the address.",
  labels: ["netns", "bridge"],
} as const;

type FdbLabels = LabelsOf<typeof UPDATES>;
type FloodLabels = LabelsOf<typeof FLOODS>;

const floods = ({ code }: Row) => code === ABI.TS_FDB_FLOODED;

export const fdbUpdates: Counter<FdbLabels> = {
  metric: UPDATES,
  takes: (row) => !floods(row),
  labels(row: Row, netns: string, names: Names, before: FdbLabels | undefined): FdbLabels {
    const bridge = names.egress(row.netns, row.words[ABI.TS_FDB_BRIDGE]);
    if (before?.netns === netns && before.bridge === bridge) return before;
    return { netns, bridge, change: changeOf(row.code) };
  },
  folded: ({ change }) => ({ netns: OTHER, bridge: OTHER, change }),
  hangsOn: ({ words }) => words[ABI.TS_FDB_BRIDGE],
  trouble: ({ netns, bridge, change }) =>
    change === "moved" ? { cause: "fdb_moved", netns, family: "", device: bridge, detail: "" } : undefined,
  zeros: { by: ["netns", "bridge"], of: (labels) => CHANGES.map((change) => ({ ...labels, change })) },
};

export const fdbFloods: Counter<FloodLabels> = {
  metric: FLOODS,
  takes: floods,
  labels(row: Row, netns: string, names: Names, before: FloodLabels | undefined): FloodLabels {
    const bridge = names.egress(row.netns, row.words[ABI.TS_FDB_BRIDGE]);
    return before?.netns === netns && before.bridge === bridge ? before : { netns, bridge };
  },
  folded: () => ({ netns: OTHER, bridge: OTHER }),
  hangsOn: ({ words }) => words[ABI.TS_FDB_BRIDGE],
};

export const kind: Kind<"fdb"> = {
  word: "fdb",
  noun: "bridge change",
  help: "Count the addresses that bridges learn, see move and remove, and the frames they flood.",
  isOn: true,
  counters: [fdbUpdates, fdbFloods],
  accounts: [],
  lines: {
    result: (_, code) => changeOf(code),
    codes: [],
    hasFamily: false,
    filters: ["egress"],
    isShownUnasked: false,
  },
};

export type { FdbChange as Line } from "./line.js";
