// Walks of the policy rules for one flow.

import { ABI } from "../../native/abi.js";
import type { Counter, Kind, Names } from "../kind.js";
import type { LabelsOf } from "../metric.js";
import type { Row } from "../row.js";
import { ACTIONS, actionName, FR_ACT_TO_TBL, ruleResult } from "./result.js";

const OTHER = "other";

const LOOKUPS = {
  name: "tablesnoop_rule_lookups_total",
  type: "counter",
  help: "Walks of the policy rules by the rule that decided; priority is empty if none did.",
  labels: ["netns", "family", "priority", "action", "table", "result"],
} as const;

const RATIO = {
  name: "tablesnoop_rule_failure_ratio",
  type: "gauge",
  help: "Failed rule lookups over all of them in the failure window, 0 to 1; absent without lookups.",
  labels: ["netns", "family"],
} as const;

type RuleLabels = LabelsOf<typeof LOOKUPS>;

export const ruleLookups: Counter<RuleLabels> = {
  metric: LOOKUPS,
  labels(row: Row, netns: string, names: Names, before: RuleLabels | undefined): RuleLabels {
    const table = row.code === FR_ACT_TO_TBL ? names.table(row.netns, row.words[ABI.TS_RULE_TABLE]) : "";
    if (before?.netns === netns && before.table === table) return before;
    return {
      netns,
      family: row.family,
      priority: row.code === 0 ? "" : String(row.words[ABI.TS_RULE_PRIORITY]),
      action: actionName(row.code),
      table,
      result: ruleResult(row.error, row.code),
    };
  },
  folded: (labels) => ({
    ...labels,
    netns: OTHER,
    table: labels.table === "" ? "" : OTHER,
    priority: labels.priority === "" ? "" : OTHER,
  }),
  hangsOn: () => 0,
  ratio: { metric: RATIO, isFailed: ({ result }) => result !== "found" },
};

export const kind: Kind<"rule"> = {
  word: "rule",
  noun: "rule lookup",
  help: "Count the lookups of policy rules.",
  isOn: true,
  counters: [ruleLookups],
  accounts: [],
  lines: { result: ruleResult, codes: ACTIONS, filters: ["table", "src", "dst"], isShownUnasked: true },
};

export type { RuleLookup as Line } from "./line.js";
