import { describe, expect, it } from "vitest";
import { POINT_MS, Recent } from "../../../daemon/history/recent.js";
import { NO_ROUTE_COLUMNS } from "../../../daemon/kinds/mib/no_route.js";
import { type RouteLabels, routeLookups } from "../../../daemon/kinds/route/kind.js";
import type { Trouble } from "../../../daemon/wire/trouble.js";

const FOUND: RouteLabels = { netns: "blue", family: "ipv4", table: "main", egress: "eth0", result: "found" };
const MISS: RouteLabels = { ...FOUND, egress: "", result: "no_route" };
const THROW: RouteLabels = { ...MISS, result: "throw" };
const REJECT: RouteLabels = { ...MISS, result: "prohibit" };

const OUT4 = NO_ROUTE_COLUMNS.findIndex(([family, direction]) => family === "ipv4" && direction === "out");
const TROUBLE: Trouble = { cause: "neighbour", netns: "blue", family: "ipv4", device: "eth0", detail: "failed" };
const GONE_AFTER_MS = 300_000;

/** Drains every `POINT_MS`, each counting what `count` says for its number from 1. */
function drained(drains: number, act: (recent: Recent, drain: number) => void, present = ["blue"]): Recent {
  const recent = new Recent(0);
  for (let drain = 1; drain <= drains; drain += 1) {
    act(recent, drain);
    recent.close(drain * POINT_MS, (netns) => present.includes(netns), GONE_AFTER_MS);
  }
  return recent;
}

function count(recent: Recent, labels: RouteLabels, lookups: bigint): void {
  recent.count(labels, routeLookups.outcome?.(labels) ?? "found", lookups);
}

describe("Recent", () => {
  it("knows nothing at first", () => {
    const recent = new Recent(1000);
    expect(recent.rateSeconds).toBe(0);
    expect(recent.rate(FOUND)).toBe(0);
    expect(recent.netns()).toEqual({ netns: [], omitted: 0 });
    expect(recent.history(1000, 1000)).toEqual({ times: [], netns: [], netnsOmitted: 0, troubles: [] });
  });

  it("has rates of the three last points and what came since", () => {
    const recent = drained(10, (recent, drain) => count(recent, FOUND, drain > 7 ? 50n : 1000n));
    expect(recent.rateSeconds).toBe(15);
    expect(recent.rate(FOUND)).toBe(10);
    count(recent, FOUND, 150n);
    recent.close(10 * POINT_MS + 1000, () => true, GONE_AFTER_MS);
    expect(recent.rateSeconds).toBe(16);
    expect(recent.rate(FOUND)).toBe(18.75);
  });

  it("has a rate from the first drain on", () => {
    const recent = new Recent(0);
    count(recent, FOUND, 10n);
    recent.close(2000, () => true, GONE_AFTER_MS);
    expect(recent.rate(FOUND)).toBe(5);
  });

  it("tells misses, after which the next rule is asked, from rejects, and both from packets without a route", () => {
    const recent = drained(3, (recent) => {
      count(recent, FOUND, 50n);
      count(recent, MISS, 10n);
      count(recent, THROW, 5n);
      count(recent, REJECT, 20n);
      recent.countNoRoute("blue", OUT4, 35n);
      recent.countRouted("blue", 65);
    });
    expect(recent.netns().netns).toEqual([
      {
        netns: "blue",
        lookupsPerSecond: 17,
        missesPerSecond: 3,
        rejectsPerSecond: 4,
        noRoute: [{ family: "ipv4", direction: "out", packetsPerSecond: 7 }],
        routedPerSecond: 13,
      },
    ]);
    const [blue] = recent.history(0, 0).netns;
    expect(blue).toEqual({
      netns: "blue",
      lookups: [17, 17, 17],
      misses: [3, 3, 3],
      rejects: [4, 4, 4],
      noRoute: [7, 7, 7],
    });
  });

  it("keeps ten minutes, whose points end at times of the wall clock", () => {
    const recent = drained(200, (recent, drain) => count(recent, FOUND, BigInt(drain)));
    const { times, netns } = recent.history(200 * POINT_MS, 1_700_000_000_000);
    expect(times).toHaveLength(120);
    expect([times[0], times.at(-1)]).toEqual([1_700_000_000 - 595, 1_700_000_000]);
    expect([netns[0]?.lookups[0], netns[0]?.lookups.at(-1)]).toEqual([81 / 5, 200 / 5]);
  });

  it("does not end a point at drains in between", () => {
    const recent = new Recent(0);
    for (const now of [1000, 2000, 4999, 6000, 9998]) {
      count(recent, FOUND, 1n);
      recent.close(now, () => true, GONE_AFTER_MS);
    }
    expect(recent.history(9998, 9998).times).toEqual([4.999, 9.998]);
  });

  it("lets go of a namespace that is gone after the expiry, and of a silent one with its last point", () => {
    const early = (recent: Recent, drain: number) => {
      if (drain === 1) for (const netns of ["blue", "gone"]) count(recent, { ...FOUND, netns }, 1n);
    };
    const names = (drains: number) =>
      drained(drains, early)
        .netns()
        .netns.map(({ netns }) => netns);
    expect(names(60).sort()).toEqual(["blue", "gone"]);
    expect(names(62)).toEqual(["blue"]);
    expect(names(120)).toEqual(["blue"]);
    expect(names(121)).toEqual([]);
  });

  it("puts the worst first: packets without a route, then failed lookups, then most lookups", () => {
    const recent = drained(3, (recent) => {
      count(recent, { ...FOUND, netns: "busy" }, 1000n);
      count(recent, { ...FOUND, netns: "quiet" }, 1n);
      count(recent, { ...MISS, netns: "missing" }, 2n);
      recent.countNoRoute("lost", OUT4, 1n);
    });
    const order = ["lost", "missing", "busy", "quiet"];
    expect(recent.netns().netns.map(({ netns }) => netns)).toEqual(order);
    expect(recent.history(0, 0).netns.map(({ netns }) => netns)).toEqual(order);
  });

  it("remembers so many namespaces, sends the history of fewer, and says how many there are besides", () => {
    const recent = drained(2, (recent) => {
      for (let at = 0; at < 200; at += 1) count(recent, { ...FOUND, netns: `n${at}` }, 1n);
    });
    const { netns, omitted } = recent.netns();
    expect([netns.length, omitted]).toEqual([128, 72]);
    const history = recent.history(0, 0);
    expect([history.netns.length, history.netnsOmitted]).toEqual([32, 168]);
  });

  it("remembers what befell packets, with the rate of now and the past, until it has left the history", () => {
    const late = drained(4, (recent, drain) => {
      if (drain > 2) recent.countTrouble({ ...TROUBLE }, 10);
      recent.countTrouble({ ...TROUBLE, device: "eth1" }, 1);
    });
    expect(late.troubles()).toEqual({
      troubles: [
        { ...TROUBLE, perSecond: 1.333 },
        { ...TROUBLE, device: "eth1", perSecond: 0.2 },
      ],
      omitted: 0,
    });
    expect(late.history(0, 0).troubles[1]).toEqual({ ...TROUBLE, perSecond: [0, 0, 2, 2] });

    const early = (recent: Recent, drain: number) => {
      if (drain === 1) recent.countTrouble(TROUBLE, 1);
    };
    expect(drained(120, early).troubles().troubles).toEqual([{ ...TROUBLE, perSecond: 0 }]);
    expect(drained(121, early).troubles().troubles).toEqual([]);
  });

  it("remembers so many troubles, and says how many there are besides", () => {
    const recent = drained(2, (recent) => {
      for (let at = 0; at < 70; at += 1) recent.countTrouble({ ...TROUBLE, device: `eth${at}` }, 1);
    });
    const { troubles, omitted } = recent.troubles();
    expect([troubles.length, omitted]).toEqual([64, 6]);
  });
});
