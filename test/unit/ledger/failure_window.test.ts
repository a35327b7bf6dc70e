import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type RouteLabels, routeLookups } from "../../../daemon/kinds/route/kind.js";
import { ruleLookups } from "../../../daemon/kinds/rule/kind.js";
import { FailureWindow } from "../../../daemon/ledger/failure_window.js";

const WINDOW_MS = 60_000;
const ROUTE_RATIO = routeLookups.ratio ?? expect.fail("none");
const RULE_RATIO = ruleLookups.ratio ?? expect.fail("none");
const FOUND: RouteLabels = { netns: "blue", family: "ipv4", table: "main", egress: "eth0", result: "found" };
const MISS: RouteLabels = { ...FOUND, egress: "", result: "no_route" };
const RULE = {
  netns: "blue",
  family: "ipv4",
  priority: "1",
  action: "to_table",
  table: "main",
  result: "found",
};

/** Drains at these times; each counts so many found and so many failed lookups. Returns the ratio after each. */
function ratios(drains: readonly (readonly [at: number, found: number, failed: number])[]): (number | undefined)[] {
  const window = new FailureWindow(ROUTE_RATIO, WINDOW_MS, 0);
  return drains.map(([at, found, failed]) => {
    window.count(FOUND, BigInt(found));
    window.count(MISS, BigInt(failed));
    window.close(at);
    return window.samples()[0]?.value;
  });
}

/** The definition: totals now less totals of the newest drain at least a window old, or of the oldest one. */
function expected(drains: readonly (readonly [at: number, found: number, failed: number])[]): (number | undefined)[] {
  const snapshots = [{ at: 0, all: 0, failed: 0 }];
  return drains.map(([at, found, failed]) => {
    const last = snapshots.at(-1) ?? { all: 0, failed: 0 };
    const now = { at, all: last.all + found + failed, failed: last.failed + failed };
    snapshots.push(now);
    const base = snapshots.findLast((snapshot) => snapshot.at <= at - WINDOW_MS) ?? { all: 0, failed: 0 };
    return now.all === base.all ? undefined : (now.failed - base.failed) / (now.all - base.all);
  });
}

describe("FailureWindow", () => {
  it("has no ratio without lookups", () => {
    expect(ratios([[5000, 0, 0]])).toEqual([undefined]);
  });

  it("counts from the start until the window is full, then from the newest drain a window ago", () => {
    const drains = [
      [30_000, 1, 1],
      [60_000, 3, 0],
      [90_000, 0, 4],
      [120_000, 4, 0],
      [180_000, 0, 0],
    ] as const;
    expect(ratios(drains)).toEqual([1 / 2, 1 / 5, 4 / 7, 4 / 8, undefined]);
  });

  it("follows the definition for any drains further apart than a sixtieth of the window", () => {
    const drain = fc.tuple(fc.integer({ min: WINDOW_MS / 60 + 1, max: WINDOW_MS * 2 }), fc.nat(9), fc.nat(9));
    fc.assert(
      fc.property(fc.array(drain, { maxLength: 40 }), (steps) => {
        let at = 0;
        const drains = steps.map(([wait, found, failed]) => {
          at += wait;
          return [at, found, failed] as const;
        });
        expect(ratios(drains)).toEqual(expected(drains));
      }),
    );
  });

  it("sees no more than a sixtieth beyond the window however often it is drained", () => {
    const window = new FailureWindow(ROUTE_RATIO, WINDOW_MS, 0);
    window.count(MISS, 1n);
    for (let at = 1; at <= WINDOW_MS * 2; at += 7) {
      window.count(FOUND, 1n);
      window.close(at);
      const seen = window.samples()[0]?.value;
      if (at > WINDOW_MS * (1 + 1 / 60) + 7) expect(seen).toBe(0);
      if (at < WINDOW_MS) expect(seen).toBeGreaterThan(0);
    }
  });

  it("keeps groups apart, those of routes by table, those of rules by namespace", () => {
    const window = new FailureWindow(ROUTE_RATIO, WINDOW_MS, 0);
    window.count(FOUND, 1n);
    window.count({ ...FOUND, egress: "eth1" }, 2n);
    window.count(MISS, 1n);
    window.count({ ...MISS, table: "local" }, 5n);
    window.close(1000);
    const rules = new FailureWindow(RULE_RATIO, WINDOW_MS, 0);
    rules.count({ ...RULE, table: "a" }, 3n);
    rules.count({ ...RULE, table: "b", result: "prohibit" }, 1n);
    rules.close(1000);
    expect(window.samples()).toEqual([
      { labels: { netns: "blue", family: "ipv4", table: "main" }, value: 1 / 4 },
      { labels: { netns: "blue", family: "ipv4", table: "local" }, value: 1 },
    ]);
    expect(rules.samples()).toEqual([{ labels: { netns: "blue", family: "ipv4" }, value: 1 / 4 }]);
  });
});
