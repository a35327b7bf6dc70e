// Lookups as they are heard, for the tests of explain.

import type { RouteSeen, RuleSeen } from "../../../daemon/explain/decision.js";

const FLOW = { family: "ipv4", src: "0.0.0.0", dst: "192.0.2.1", iif: "lo", dscp: 0, mark: 0, decision: null } as const;
const NAMES: Readonly<Record<number, string>> = { 253: "default", 254: "main", 255: "local" };

/** In the table; failed unless it has an egress. */
export function route(id: number, rest: Partial<RouteSeen> = {}): RouteSeen {
  const { egress = null, prefix = null, type = null, encap = null } = rest;
  const result = egress === null ? "no_route" : "found";
  const table = { id, name: NAMES[id] ?? null };
  return { ...FLOW, kind: "route", table, result, egress, prefix, type, encap, ...rest };
}

export function rule(priority: number | null, rest: Partial<RuleSeen> = {}): RuleSeen {
  return { ...FLOW, kind: "rule", priority, table: null, action: "to_table", result: "found", ...rest };
}
