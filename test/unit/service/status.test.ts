import { expect, test } from "vitest";
import type { ProbeState } from "../../../daemon/native/session.js";
import { describeSituation } from "../../../daemon/service/status.js";

const ATTACHED: ProbeState = {
  ...{ probe: "fib_table_lookup", backend: "tracepoint", attached: true, isMissing: false, reason: "", skipped: 0n },
};
const LEFT: ProbeState = { ...ATTACHED, probe: "fib_rules_lookup", attached: false, reason: "not needed" };
const MISSING: ProbeState = { ...LEFT, probe: "fib6_table_lookup", isMissing: true, reason: "no such hook" };
const WELL = { probes: [ATTACHED, ATTACHED, LEFT], failed: new Map() };

test("all well: the backend, the probes and the namespaces", () => {
  expect(describeSituation("tracepoint", WELL, 1)).toBe(
    "Counting lookups: tracepoint backend, 2 probes in 1 network namespace",
  );
});

test("degraded: with each reason", () => {
  const failed = new Map([["inventory" as const, new Error("walk the network namespaces: EAGAIN")]]);
  expect(describeSituation("tracepoint", { probes: [ATTACHED, MISSING], failed }, 3)).toBe(
    "Degraded: tracepoint backend, 1 probe in 3 network namespaces; not attached: fib6_table_lookup (no such hook); " +
      "inventory cannot be read: walk the network namespaces: EAGAIN",
  );
});
