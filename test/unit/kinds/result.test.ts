import { describe, expect, it } from "vitest";
import { FAMILIES, type Result } from "../../../daemon/fib/lookup.js";
import { failuresOf, isMiss, routeResult } from "../../../daemon/kinds/route/result.js";
import { ACTIONS, actionName, ruleResult } from "../../../daemon/kinds/rule/result.js";

const RESULTS = { route: routeResult, rule: ruleResult };

type Row = readonly [what: string, kind: keyof typeof RESULTS, error: number, type: number, result: Result];

const ROWS: readonly Row[] = [
  ["a route that matched", "route", 0, 0, "found"],
  ["a table without a match", "route", 11, 0, "no_route"],
  ["a table without a match, null entry of IPv6", "route", 11, 7, "no_route"],
  ["a throw route", "route", 11, 9, "throw"],
  ["an unreachable route", "route", 113, 7, "unreachable"],
  ["an unreachable route whose type is unknown", "route", 113, 0, "unreachable"],
  ["a prohibit route", "route", 13, 8, "prohibit"],
  ["a blackhole route", "route", 22, 6, "blackhole"],
  ["an errno of no meaning here", "route", 12, 0, "error"],
  ["ENETUNREACH, which no table answers", "route", 101, 0, "error"],
  ["a rule to a table that had the route", "rule", 0, 1, "found"],
  ["an unreachable rule, though its errno says no route", "rule", 101, 7, "unreachable"],
  ["a prohibit rule", "rule", 13, 8, "prohibit"],
  ["a blackhole rule", "rule", 22, 6, "blackhole"],
  ["a prohibit rule, whatever its errno", "rule", 101, 8, "prohibit"],
  ["a blackhole rule, whatever its errno", "rule", 101, 6, "blackhole"],
  ["no rule that decided: ENETUNREACH", "rule", 101, 0, "no_route"],
  ["no rule that decided: ESRCH", "rule", 3, 0, "no_route"],
  ["no rule that decided: EAGAIN", "rule", 11, 0, "no_route"],
  ["a rule to a table with an unreachable route", "rule", 113, 1, "unreachable"],
  ["a rule to a table with a prohibit route", "rule", 13, 1, "prohibit"],
  ["a rule to a table with a blackhole route", "rule", 22, 1, "blackhole"],
  ["a rule walk that broke", "rule", 12, 1, "error"],
];

describe("the result of a lookup", () => {
  it.each(ROWS)("says of %s (%s, errno %i, type %i): %s", (_, kind, error, type, result) => {
    expect(RESULTS[kind](error, type)).toBe(result);
  });
});

describe("actionName", () => {
  it.each([
    [0, ""],
    [1, "to_table"],
    [2, "goto"],
    [3, "nop"],
    [6, "blackhole"],
    [7, "unreachable"],
    [8, "prohibit"],
    [4, "4"],
  ])("calls action %i %j", (action, name) => {
    expect(actionName(action)).toBe(name);
  });
});

describe("rule actions", () => {
  it("that have no name have their number, among those of the kernel and beyond", () => {
    expect(ACTIONS).toHaveLength(9);
    expect([4, 5, 9].map(actionName)).toEqual(["4", "5", "9"]);
    expect([ACTIONS[4], ACTIONS[5]]).toEqual(["4", "5"]);
  });
});

describe("isMiss", () => {
  it("is true where the kernel asks the next rule, false of every last word", () => {
    expect(["no_route", "throw"].map(isMiss)).toEqual([true, true]);
    expect(["found", "unreachable", "prohibit", "blackhole", "error", ""].some(isMiss)).toBe(false);
  });
});

describe("the ways a route lookup can fail", () => {
  const answers = () => {
    const results = new Set<Result>();
    for (let error = 1; error < 256; error++) {
      for (let type = 0; type < 12; type++) results.add(routeResult(error, type));
    }
    return results;
  };

  it("are, in IPv6, all that any errno and route type can mean", () => {
    expect(new Set(failuresOf("ipv6"))).toEqual(answers());
  });

  it("are, in IPv4, the same but for throw, which looks like a table without a match there", () => {
    expect(new Set<Result>([...failuresOf("ipv4"), "throw"])).toEqual(answers());
    expect(failuresOf("ipv4")).not.toContain("throw");
  });

  it("are told once each", () => {
    for (const family of FAMILIES) expect(failuresOf(family)).toHaveLength(new Set(failuresOf(family)).size);
  });
});
