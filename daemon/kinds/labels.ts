// Label sets of lookups: from a row and the names of the moment.

import type { LabelsOf } from "../exposition/catalog.js";
import type { Inventory } from "../native/session.js";
import type { LookupRow } from "./row.js";
import { actionName, FR_ACT_TO_TBL, resultOf } from "./rule/result.js";

export type RouteLabels = LabelsOf<"routeLookups">;
export type RuleLabels = LabelsOf<"ruleLookups">;
export type LookupLabels = RouteLabels | RuleLabels;

/** What metrics need of netns/naming.ts. */
export interface Names {
  refresh(inventory: Inventory, now: number): void;
  netns(cookie: bigint): string;
  /** Whether the namespace was ever seen. */
  isKnown(cookie: bigint): boolean;
  table(netns: bigint, id: number): string;
  egress(netns: bigint, ifindex: number): string;
  isPresent(netns: bigint, ifindex: number): boolean;
}

export function isRoute(labels: LookupLabels): labels is RouteLabels {
  return "egress" in labels;
}

/**
 * Labels of a row under these names. `before` is what the same key had last time, and is returned if it still holds:
 * the same object again spares making, comparing and formatting it.
 */
export function labelsOf(row: LookupRow, netns: string, names: Names, before: LookupLabels | undefined): LookupLabels {
  return row.kind === "route" ? routeLabels(row, netns, names, before) : ruleLabels(row, netns, names, before);
}

function routeLabels(row: LookupRow, netns: string, names: Names, before: LookupLabels | undefined): RouteLabels {
  const table = names.table(row.netns, row.table);
  const egress = row.error === 0 ? names.egress(row.netns, row.egress) : "";
  if (before !== undefined && isRoute(before) && isSamePlace(before, netns, table) && before.egress === egress) {
    return before;
  }
  return { netns, family: row.family, table, egress, result: resultOf("route", row.error, row.type) };
}

function ruleLabels(row: LookupRow, netns: string, names: Names, before: LookupLabels | undefined): RuleLabels {
  const table = row.type === FR_ACT_TO_TBL ? names.table(row.netns, row.table) : "";
  if (before !== undefined && !isRoute(before) && isSamePlace(before, netns, table)) return before;
  return {
    netns,
    family: row.family,
    priority: row.type === 0 ? "" : String(row.egress),
    action: actionName(row.type),
    table,
    result: resultOf("rule", row.error, row.type),
  };
}

function isSamePlace(before: LookupLabels, netns: string, table: string): boolean {
  return before.netns === netns && before.table === table;
}
