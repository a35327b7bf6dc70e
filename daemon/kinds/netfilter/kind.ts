// What netfilter asks for: routes, by nft's fib expression, by the reverse path filter of iptables and for packets that a rule
// changed; and elements of nft's sets.

import { ABI } from "../../native/abi.js";
import type { Counter, Kind, Names } from "../kind.js";
import type { LabelsOf } from "../metric.js";
import type { Row } from "../row.js";

const OTHER = "other";
const RESULTS = ["found", "missed"] as const;
/** By number; empty: the packet is routed anew. */
const HOOKS = ["", "prerouting", "input", "forward", "output", "postrouting", "ingress", "egress"];

const FIB_LOOKUPS = {
  name: "tablesnoop_netfilter_fib_lookups_total",
  type: "counter",
  help: "Routes that netfilter asked for, found as its rule wants them or missed, their lookups being route lookups too; hook is empty where a packet is routed anew.",
  labels: ["netns", "family", "hook", "result"],
} as const;

const SET_LOOKUPS = {
  name: "tablesnoop_netfilter_set_lookups_total",
  type: "counter",
  help: "Lookups in nft's sets and maps, by whether there was such an element; table is as nft writes it, with its family.",
  labels: ["netns", "table", "set", "result"],
} as const;

type FibLabels = LabelsOf<typeof FIB_LOOKUPS>;
type SetLabels = LabelsOf<typeof SET_LOOKUPS>;

const resultOf = ({ error }: Row) => (error === 0 ? "found" : "missed");
const handlesOf = ({ words }: Row) => [words[ABI.TS_NETFILTER_TABLE], words[ABI.TS_NETFILTER_SET]] as const;

export const netfilterFibLookups: Counter<FibLabels> = {
  metric: FIB_LOOKUPS,
  takes: ({ code }) => code === ABI.TS_NETFILTER_FIB_LOOKUP,
  labels(row: Row, netns: string, _names: Names, before: FibLabels | undefined): FibLabels {
    if (before?.netns === netns) return before;
    const hook = HOOKS[row.words[ABI.TS_NETFILTER_HOOK]] ?? "";
    return { netns, family: row.family, hook, result: resultOf(row) };
  },
  folded: (labels) => ({ ...labels, netns: OTHER }),
  hangsOn: () => 0,
  zeros: { by: ["netns", "family", "hook"], of: (labels) => RESULTS.map((result) => ({ ...labels, result })) },
};

export const netfilterSetLookups: Counter<SetLabels> = {
  metric: SET_LOOKUPS,
  takes: ({ code }) => code === ABI.TS_NETFILTER_SET_LOOKUP,
  labels(row: Row, netns: string, names: Names, before: SetLabels | undefined): SetLabels {
    const { table, set } = names.nftSet(row.netns, ...handlesOf(row));
    if (before?.netns === netns && before.table === table && before.set === set) return before;
    return { netns, table, set, result: resultOf(row) };
  },
  folded: (labels) => ({ ...labels, netns: OTHER, table: OTHER, set: OTHER }),
  hangsOn: () => 0,
  isPresent: (row, names) => names.nftSet(row.netns, ...handlesOf(row)).isPresent,
  zeros: { by: ["netns", "table", "set"], of: (labels) => RESULTS.map((result) => ({ ...labels, result })) },
};

export const kind: Kind<"netfilter"> = {
  word: "netfilter",
  noun: "netfilter lookup",
  help: "Count the routes that netfilter asks for, and the lookups in nft's sets.",
  isOn: false,
  counters: [netfilterFibLookups, netfilterSetLookups],
  accounts: [],
};

/** The lookups have lines of their own. */
export type Line = never;
