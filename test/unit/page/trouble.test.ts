import { describe, expect, it, test } from "vitest";
import { clock } from "../../../daemon/page/format.js";
import { since, verdictOf } from "../../../daemon/page/trouble.js";
import type { HistorySnapshot, LookupsAnswer, NetnsNow } from "../../../daemon/wire/snapshot.js";
import { NOTHING_COUNTED } from "../http/fixture.js";

const PROBE = { probe: "fib_table_lookup", backend: "tracepoint", attached: true, isMissing: false, reason: "" };
const WELL: LookupsAnswer = { ...NOTHING_COUNTED, probes: [PROBE] };

function netns(name: string, packetsPerSecond: number, rejectsPerSecond = 0): NetnsNow {
  const noRoute = packetsPerSecond === 0 ? [] : [{ family: "ipv4", direction: "out", packetsPerSecond } as const];
  return { netns: name, lookupsPerSecond: 100, missesPerSecond: 50, rejectsPerSecond, noRoute };
}

function history(name: string, noRoute: readonly number[]): HistorySnapshot {
  const times = noRoute.map((_, at) => 1000 + 5 * at);
  const zeros = noRoute.map(() => 0);
  return { times, netns: [{ netns: name, lookups: zeros, misses: zeros, rejects: zeros, noRoute }], netnsOmitted: 0 };
}

describe("the verdict", () => {
  it("is good while no packet is without a route, however many tables miss", () => {
    expect(verdictOf({ ...WELL, netns: [netns("blue", 0)] }, undefined)).toEqual({
      level: "good",
      headline: "Every packet finds a route",
      news: "Every packet finds a route",
      reasons: [],
    });
  });

  it("says how many packets, where, of which kind and since when", () => {
    const answer = { ...WELL, netns: [netns("blue", 12.5)] };
    expect(verdictOf(answer, history("blue", [0, 0, 3, 12]))).toEqual({
      level: "bad",
      headline: "12.5 packets/s find no route in blue",
      news: "Packets find no route in blue",
      reasons: [`blue: 12.5/s IPv4 sent from here; since ${clock(1005)}.`],
    });
  });

  it("is a notice below one packet a second", () => {
    const { level, headline } = verdictOf({ ...WELL, netns: [netns("blue", 0.2)] }, undefined);
    expect([level, headline]).toEqual(["notice", "0.20 packets/s find no route in blue"]);
  });

  it("names three namespaces and counts the others", () => {
    const answer = { ...WELL, netns: ["a", "b", "c", "d", "e"].map((name) => netns(name, 1)) };
    const { headline, reasons } = verdictOf(answer, undefined);
    expect(headline).toBe("5.00 packets/s find no route in 5 namespaces");
    expect(reasons).toHaveLength(4);
    expect(reasons.at(-1)).toBe("And so in 2 more namespaces.");
  });

  it("is bad without any probe, and a notice if one is missing or something cannot be read", () => {
    const detached = { ...PROBE, attached: false, isMissing: true, reason: "EPERM" };
    expect(verdictOf({ ...WELL, probes: [detached] }, undefined).level).toBe("bad");
    expect(verdictOf({ ...WELL, probes: [PROBE, detached] }, undefined)).toEqual({
      level: "notice",
      headline: "Every packet finds a route",
      news: "Every packet finds a route",
      reasons: ["The probe fib_table_lookup is not attached: EPERM."],
    });
    const readErrors = [{ source: "counters", error: "map gone" }];
    expect(verdictOf({ ...WELL, readErrors }, undefined).level).toBe("notice");
  });

  it("does not say that all is well where the kernel's account is not read", () => {
    const { level, headline } = verdictOf({ ...WELL, countsNoRoute: false }, undefined);
    expect([level, headline]).toEqual(["notice", "Whether packets find a route is not read"]);
  });

  it("tells of rejecting routes without calling them a problem, and of the last trouble", () => {
    const { level, reasons } = verdictOf({ ...WELL, netns: [netns("blue", 0, 2)] }, history("blue", [0, 1, 0, 0]));
    expect(level).toBe("good");
    expect(reasons).toEqual([
      `The last packet without a route was at ${clock(1005)} in blue.`,
      "2.00 lookups/s meet a route that rejects (unreachable, prohibit, blackhole) in blue.",
    ]);
  });
});

test.each([
  [[], undefined],
  [[0, 0, 0], undefined],
  [[1, 1, 1], "before"],
  [[0, 0, 1, 1], 1005],
  [[0, 1, 0, 0, 0, 1, 0], 1000],
  [[0, 1, 0, 0, 0, 0, 1], 1025],
  [[1, 0, 0, 0, 0], undefined],
] as const)("what goes on in %j began at %s", (values, begin) => {
  expect(
    since(
      values.map((_, at) => 1000 + 5 * at),
      values,
    ),
  ).toBe(begin);
});
