// Routes that tunnels remember, so that a packet costs no lookup.

import { ABI } from "../../native/abi.js";
import type { Counter, Kind, Names } from "../kind.js";
import type { LabelsOf } from "../metric.js";
import type { Row } from "../row.js";

const OTHER = "other";
const RESULTS = ["hit", "miss"] as const;

const LOOKUPS = {
  name: "tablesnoop_dst_cache_lookups_total",
  type: "counter",
  help: "Route lookups that a tunnel's cache spared (hit) or that had to be made and filled it (miss); netns and egress are those of the outer packet.",
  labels: ["netns", "family", "egress", "result"],
} as const;

type CacheResult = (typeof RESULTS)[number];
type CacheLabels = LabelsOf<typeof LOOKUPS>;

const egressOf = ({ words }: Row) => words[ABI.TS_DST_CACHE_EGRESS];

function cacheResult(_error: number, code: number): CacheResult {
  return code === ABI.TS_DST_CACHE_MISS ? "miss" : "hit";
}

export const dstCacheLookups: Counter<CacheLabels> = {
  metric: LOOKUPS,
  labels(row: Row, netns: string, names: Names, before: CacheLabels | undefined): CacheLabels {
    const egress = names.egress(row.netns, egressOf(row));
    if (before?.netns === netns && before.egress === egress) return before;
    return { netns, family: row.family, egress, result: cacheResult(row.error, row.code) };
  },
  folded: (labels) => ({ ...labels, netns: OTHER, egress: OTHER }),
  hangsOn: egressOf,
  zeros: {
    by: ["netns", "family", "egress"],
    of: (labels) => RESULTS.map((result) => ({ ...labels, result })),
  },
};

export const kind: Kind<"dst-cache"> = {
  word: "dst-cache",
  noun: "cached route",
  help: "Count the route lookups that the caches of tunnels spare.",
  isOn: true,
  counters: [dstCacheLookups],
  accounts: [],
  lines: { result: cacheResult, codes: [], filters: ["egress", "src"], isShownUnasked: false },
};

export type { CachedRoute as Line } from "./line.js";
