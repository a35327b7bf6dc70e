import { describe, expect, it, test } from "vitest";
import { clock } from "../../../daemon/page/format.js";
import { since, verdictOf } from "../../../daemon/page/trouble.js";
import type { HistorySnapshot, LookupsAnswer, NetnsNow } from "../../../daemon/wire/snapshot.js";
import type { TroubleNow } from "../../../daemon/wire/trouble.js";
import { NOTHING_COUNTED } from "../http/fixture.js";

const PROBE = { probe: "fib_table_lookup", backend: "tracepoint", attached: true, isMissing: false, reason: "" };
const WELL: LookupsAnswer = { ...NOTHING_COUNTED, probes: [PROBE] };

function netns(name: string, packetsPerSecond: number, rejectsPerSecond = 0): NetnsNow {
  const noRoute = packetsPerSecond === 0 ? [] : [{ family: "ipv4", direction: "out", packetsPerSecond } as const];
  return {
    ...{ netns: name, lookupsPerSecond: 100, missesPerSecond: 50, rejectsPerSecond, noRoute },
    routedPerSecond: 0,
  };
}

function history(name: string, noRoute: readonly number[]): HistorySnapshot {
  const times = noRoute.map((_, at) => 1000 + 5 * at);
  const zeros = noRoute.map(() => 0);
  return {
    times,
    netns: [{ netns: name, lookups: zeros, misses: zeros, rejects: zeros, noRoute }],
    netnsOmitted: 0,
    troubles: [],
  };
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

describe("the verdict on packets that have a route", () => {
  const NEIGHBOUR = { cause: "neighbour", netns: "blue", family: "ipv4", device: "eth0", detail: "failed" } as const;
  const RP_FILTER = { cause: "ip_error", netns: "red", family: "ipv4", device: "", detail: "rp_filter" } as const;
  const DROP = { cause: "drop", netns: "blue", family: "ipv4", device: "eth0", detail: "neigh_failed" } as const;
  const DEFAULT = { cause: "default_route", netns: "blue", family: "ipv6", device: "", detail: "main" } as const;
  const told = (...troubles: readonly TroubleNow[]) => verdictOf({ ...WELL, troubles }, undefined);

  it("names the neighbours that do not answer, and since when", () => {
    const past = { ...history("blue", [0, 0, 0, 0]), troubles: [{ ...NEIGHBOUR, perSecond: [0, 0, 0.4, 0.2] }] };
    expect(verdictOf({ ...WELL, troubles: [{ ...NEIGHBOUR, perSecond: 0.333 }] }, past)).toEqual({
      level: "notice",
      headline: "Neighbours on eth0 in blue do not answer",
      news: "Neighbours on eth0 in blue do not answer",
      reasons: [`blue: 0.33 IPv4 neighbours/s on eth0 do not answer; since ${clock(1005)}.`],
    });
  });

  it("is bad once it costs a packet a second, and still names the cause first", () => {
    const { level, headline, reasons } = told({ ...DROP, perSecond: 5 }, { ...NEIGHBOUR, perSecond: 0.333 });
    expect([level, headline]).toEqual(["bad", "Neighbours on eth0 in blue do not answer"]);
    expect(reasons[1]).toBe("blue: 5.00 IPv4 packets/s are dropped at eth0: neigh_failed; since just now.");
  });

  it("keeps the name of the cause while the neighbour's next failure is awaited", () => {
    expect(told({ ...DROP, perSecond: 5 }).headline).toBe("Neighbours on eth0 in blue do not answer");
    expect(told({ ...DROP, device: "", perSecond: 5 }).headline).toBe("Neighbours in blue do not answer");
    expect(told({ ...DROP, detail: "ip_rpfilter", perSecond: 5 }).headline).toBe(
      "Packets are dropped in blue: ip_rpfilter",
    );
  });

  it("is no problem below the floors, but worth a sentence", () => {
    const { level, headline, reasons } = told({ ...NEIGHBOUR, perSecond: 0.05 }, { ...RP_FILTER, perSecond: 0.5 });
    expect([level, headline, reasons.length]).toEqual(["good", "Every packet finds a route", 2]);
  });

  it("says nothing of what has ended", () => {
    expect(told({ ...NEIGHBOUR, perSecond: 0 }).reasons).toEqual([]);
  });

  it.each<[TroubleNow, string, string]>([
    [{ ...RP_FILTER, perSecond: 3 }, "notice", "IPv4 packets are dropped in red: the reverse path filter refuses them"],
    [{ ...DEFAULT, perSecond: 0.2 }, "notice", "blue has lost its IPv6 default route"],
    [{ ...NEIGHBOUR, cause: "neighbours_full", netns: "", perSecond: 0.1 }, "bad", "The IPv4 neighbour table is full"],
    [
      { ...NEIGHBOUR, cause: "neighbours_nearly_full", netns: "", perSecond: 0.2 },
      "notice",
      "The IPv4 neighbour table is nearly full",
    ],
    [
      { cause: "tunnel", netns: "blue", family: "", device: "vxlan7", detail: "no_route", perSecond: 3 },
      "bad",
      "Tunnel vxlan7 in blue cannot send: no route for the outer packet",
    ],
    [
      { cause: "tunnel", netns: "blue", family: "", device: "vxlan7", detail: "no_fdb_entry", perSecond: 3 },
      "good",
      "Every packet finds a route",
    ],
    [
      { cause: "mpls", netns: "blue", family: "", device: "eth0", detail: "", perSecond: 3 },
      "bad",
      "Labelled packets from eth0 find no route in blue",
    ],
    [
      { cause: "fdb_moved", netns: "blue", family: "", device: "br0", detail: "", perSecond: 3 },
      "notice",
      "Addresses move between the ports of br0 in blue",
    ],
  ])("of %j is %s: %s", (trouble, level, headline) => {
    expect(told(trouble)).toMatchObject({ level, headline });
  });

  it("puts packets without a route first, with their share, and the lost default route as the reason", () => {
    const blue = { ...netns("blue", 10), routedPerSecond: 30 };
    const troubles = [{ ...DEFAULT, perSecond: 0.2 }];
    const { level, headline, reasons } = verdictOf({ ...WELL, netns: [blue], troubles }, undefined);
    expect([level, headline]).toEqual(["bad", "10.0 packets/s find no route in blue, 25 % of those there"]);
    expect(reasons[1]).toBe("blue: table main had an IPv6 default route and has none; since just now.");
  });

  it("is a notice while packets without a route are few of very many", () => {
    const blue = { ...netns("blue", 10), routedPerSecond: 100_000 };
    expect(verdictOf({ ...WELL, netns: [blue] }, undefined).level).toBe("notice");
  });

  it("names six troubles and counts the others, those that found no room too", () => {
    const troubles = Array.from({ length: 8 }, (_, at) => ({ ...NEIGHBOUR, device: `eth${at}`, perSecond: 1 }));
    const { reasons } = verdictOf({ ...WELL, troubles, troublesOmitted: 3 }, undefined);
    expect([reasons.length, reasons.at(-1)]).toEqual([7, "And 5 more troubles of these kinds."]);
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

describe("the removed routes that packets lack", () => {
  const route = (prefix: string, via: string | null = "10.90.2.2") => ({
    ...{ prefix, via, device: "eth0", protocol: "bird", table: "main" },
    time: new Date(2026, 0, 2, 21, 44, 36, 500).toISOString(),
  });
  const lost = (causes: Parameters<typeof verdictOf>[2]) =>
    verdictOf({ ...WELL, netns: [netns("blue", 12)] }, undefined, causes).reasons.slice(1);

  it("are named once each, in the order of what fails most", () => {
    const causes = [null, route("198.51.100.0/24"), route("198.51.100.0/24"), route("2001:db8::/32", null)];
    expect(lost(causes)).toEqual([
      "198.51.100.0/24 via 10.90.2.2, protocol bird, removed from main at 21:44:36.",
      "2001:db8::/32 dev eth0, protocol bird, removed from main at 21:44:36.",
    ]);
  });

  it("are summed up beyond three", () => {
    const causes = [1, 2, 3, 4, 5].map((at) => route(`10.${at}.0.0/16`));
    expect(lost(causes)).toHaveLength(4);
    expect(lost(causes).at(-1)).toBe("And 2 more removed routes that destinations fail for.");
  });

  it("are not spoken of while every packet finds a route", () => {
    expect(verdictOf(WELL, undefined, [route("198.51.100.0/24")]).reasons).toEqual([]);
  });
});
