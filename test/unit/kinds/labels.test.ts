import { describe, expect, it } from "vitest";
import { labelsOf, type Names } from "../../../daemon/kinds/labels.js";
import type { LookupRow } from "../../../daemon/kinds/row.js";

const NAMES: Names = {
  refresh: () => undefined,
  netns: () => "blue",
  isKnown: () => true,
  table: (_, id) => (id === 254 ? "main" : String(id)),
  egress: (_, ifindex) => (ifindex === 0 ? "" : `eth${ifindex}`),
  isPresent: () => true,
};
const ROW: LookupRow = { netns: 1n, kind: "route", family: "ipv4", table: 254, egress: 3, error: 0, type: 0 };
const RULE: LookupRow = { ...ROW, kind: "rule", egress: 100, type: 1 };

describe("labelsOf", () => {
  it.each([
    [ROW, { table: "main", egress: "eth3", result: "found" }],
    [
      { ...ROW, error: 11, egress: 0 },
      { table: "main", egress: "", result: "no_route" },
    ],
    [
      { ...ROW, error: 113, egress: 3 },
      { table: "main", egress: "", result: "unreachable" },
    ],
    [RULE, { priority: "100", action: "to_table", table: "main", result: "found" }],
    [
      { ...RULE, type: 8, error: 13, table: 0 },
      { priority: "100", action: "prohibit", table: "", result: "prohibit" },
    ],
    [
      { ...RULE, egress: 0, type: 1 },
      { priority: "0", action: "to_table", table: "main", result: "found" },
    ],
    [
      { ...RULE, egress: 0, type: 0, error: 3, table: 0 },
      { priority: "", action: "", table: "", result: "no_route" },
    ],
  ])("labels %o", (row, labels) => {
    expect(labelsOf(row, "blue", NAMES, undefined)).toEqual({ netns: "blue", family: "ipv4", ...labels });
  });

  it.each([ROW, RULE])("returns the same object while every name holds (%o)", (row) => {
    const before = labelsOf(row, "blue", NAMES, undefined);
    expect(labelsOf(row, "blue", NAMES, before)).toBe(before);
    expect(labelsOf(row, "red", NAMES, before)).toEqual({ ...before, netns: "red" });
    expect(labelsOf(row, "blue", { ...NAMES, table: () => "wan" }, before)).toEqual({ ...before, table: "wan" });
  });

  it("notices a renamed egress device", () => {
    const before = labelsOf(ROW, "blue", NAMES, undefined);
    expect(labelsOf(ROW, "blue", { ...NAMES, egress: () => "wan" }, before)).toEqual({ ...before, egress: "wan" });
  });
});
