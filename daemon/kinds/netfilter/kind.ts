// Routes that netfilter asks for: by nft's fib expression, the reverse path filter of iptables, and for packets that a rule changed.

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
  help: "Routes that netfilter asked for: found as the rule would have them, or missed; hook is empty where a packet is routed anew. What is looked up for them is in the route lookups too.",
  labels: ["netns", "family", "hook", "result"],
} as const;

type FibLabels = LabelsOf<typeof FIB_LOOKUPS>;

export const netfilterFibLookups: Counter<FibLabels> = {
  metric: FIB_LOOKUPS,
  labels(row: Row, netns: string, _names: Names, before: FibLabels | undefined): FibLabels {
    if (before?.netns === netns) return before;
    const hook = HOOKS[row.words[ABI.TS_NETFILTER_HOOK]] ?? "";
    return { netns, family: row.family, hook, result: row.error === 0 ? "found" : "missed" };
  },
  folded: (labels) => ({ ...labels, netns: OTHER }),
  hangsOn: () => 0,
  zeros: { by: ["netns", "family", "hook"], of: (labels) => RESULTS.map((result) => ({ ...labels, result })) },
};

export const kind: Kind<"netfilter"> = {
  word: "netfilter",
  noun: "netfilter lookup",
  help: "Count the routes that netfilter asks for.",
  isOn: false,
  counters: [netfilterFibLookups],
  accounts: [],
};

/** The lookups have lines of their own. */
export type Line = never;
