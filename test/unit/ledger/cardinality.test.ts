import { describe, expect, it } from "vitest";
import { Cardinality, foldedLabels } from "../../../daemon/ledger/cardinality.js";

const ROUTE = { netns: "blue", family: "ipv6", table: "main" };
const RULE = { netns: "blue", family: "ipv4" };

describe("foldedLabels", () => {
  it.each([
    [
      { ...ROUTE, egress: "eth0", result: "found" },
      { netns: "other", family: "ipv6", table: "other", egress: "other", result: "found" },
    ],
    [
      { ...ROUTE, egress: "", result: "throw" },
      { netns: "other", family: "ipv6", table: "other", egress: "", result: "throw" },
    ],
    [
      { ...RULE, priority: "100", action: "to_table", table: "main", result: "found" },
      { netns: "other", family: "ipv4", priority: "other", action: "to_table", table: "other", result: "found" },
    ],
    [
      { ...RULE, priority: "100", action: "prohibit", table: "", result: "prohibit" },
      { netns: "other", family: "ipv4", priority: "other", action: "prohibit", table: "", result: "prohibit" },
    ],
    [
      { ...RULE, priority: "", action: "", table: "", result: "no_route" },
      { netns: "other", family: "ipv4", priority: "", action: "", table: "", result: "no_route" },
    ],
  ])("turns %j into %j", (labels, folded) => {
    expect(foldedLabels(labels)).toEqual(folded);
  });
});

describe("Cardinality", () => {
  it("has room for as many as its limit, and again for what is given back", () => {
    const cap = new Cardinality(2);
    expect([cap.take(), cap.take(), cap.take(), cap.room]).toEqual([true, true, false, 0]);
    cap.give();
    expect([cap.room, cap.take(), cap.take()]).toEqual([1, true, false]);
  });
});
