// Routes that connected sockets remember, so that what they send costs no lookup.

import { ABI } from "../../native/abi.js";
import type { Counter, Kind, Names } from "../kind.js";
import type { LabelsOf } from "../metric.js";
import type { Row } from "../row.js";

const OTHER = "other";

const HITS = {
  name: "tablesnoop_socket_cache_hits_total",
  type: "counter",
  help: "Route lookups that connected sockets spared, as they remembered the route: one for each TCP segment and some as a connection begins, one for each send of UDP and raw sockets.",
  labels: ["netns", "family", "egress"],
} as const;

type HitLabels = LabelsOf<typeof HITS>;

const egressOf = ({ words }: Row) => words[ABI.TS_SOCKET_CACHE_EGRESS];

export const socketCacheHits: Counter<HitLabels> = {
  metric: HITS,
  labels(row: Row, netns: string, names: Names, before: HitLabels | undefined): HitLabels {
    const egress = names.egress(row.netns, egressOf(row));
    if (before?.netns === netns && before.egress === egress) return before;
    return { netns, family: row.family, egress };
  },
  folded: (labels) => ({ ...labels, netns: OTHER, egress: OTHER }),
  hangsOn: egressOf,
};

export const kind: Kind<"socket-cache"> = {
  word: "socket-cache",
  noun: "cached socket route",
  help: "Count the route lookups that connected sockets spare, one for each TCP segment.",
  isOn: false,
  counters: [socketCacheHits],
  accounts: [],
  lines: { result: () => "hit", codes: [], filters: ["egress", "src", "dst"], isShownUnasked: false },
};

export type { SocketRoute as Line } from "./line.js";
