// Route lookups whose nexthop leads into a lightweight tunnel: SRv6, MPLS, IP in IP, BPF and so on.

import { ABI } from "../../native/abi.js";
import type { Counter, Kind, Names } from "../kind.js";
import type { LabelsOf } from "../metric.js";
import type { Row } from "../row.js";
import { actionName, tunnelName } from "./words.js";

const OTHER = "other";

const LOOKUPS = {
  name: "tablesnoop_encap_lookups_total",
  type: "counter",
  help: "Found route lookups whose nexthop leads into a lightweight tunnel; action is what a segment identifier (seg6local) does, else empty.",
  labels: ["netns", "family", "table", "encap", "action"],
} as const;

export type EncapLabels = LabelsOf<typeof LOOKUPS>;

export const encapLookups: Counter<EncapLabels> = {
  metric: LOOKUPS,
  labels(row: Row, netns: string, names: Names, before: EncapLabels | undefined): EncapLabels {
    const table = names.table(row.netns, row.words[ABI.TS_ENCAP_TABLE]);
    if (before?.netns === netns && before.table === table) return before;
    const encap = tunnelName(row.words[ABI.TS_ENCAP_TYPE] & ~ABI.TS_ENCAP_CHOSEN);
    return { netns, family: row.family, table, encap, action: actionName(row.code) };
  },
  folded: (labels) => ({ ...labels, netns: OTHER, table: OTHER }),
  hangsOn: () => 0,
};

export const kind: Kind<"encap"> = {
  word: "encap",
  noun: "encapsulated route lookup",
  help: "Count the route lookups that lead into a lightweight tunnel, such as those of SRv6 and MPLS.",
  isOn: true,
  counters: [encapLookups],
  accounts: [],
};

/** The route's line tells of the tunnel. */
export type Line = never;
