import { describe, expect, it } from "vitest";
import { Bench, busy, EVERY_COLLECTOR } from "../../support/counting_bench.js";

describe("Answers", () => {
  it("is read from the kernel at most once a second, by whoever asks for what", () => {
    const bench = new Bench();
    bench.now = 5000;
    bench.session.count({ netns: 1n, egress: 2 }, 5);
    expect(bench.answers.lookups().rows[0]?.lookups).toBe(5);
    bench.session.count({ netns: 1n, egress: 2 }, 5);
    bench.now = 5999;
    bench.answers.history(0);
    expect(bench.answers.lookups().rows[0]?.lookups).toBe(5);
    bench.now = 6000;
    expect(bench.answers.lookups().rows[0]?.lookups).toBe(10);
  });

  it("has the rows that were counted, with their rates, and none that never happened", () => {
    const bench = new Bench();
    bench.drain();
    bench.session.count({ netns: 1n, egress: 2 }, 50);
    bench.session.count({ netns: 1n, error: 11 }, 10);
    bench.now = 5000;
    const { rows, rateSeconds, rowsOmitted } = bench.answers.lookups();
    const common = { netns: "host", family: "ipv4", table: "main" };
    expect(rows).toEqual([
      { ...common, egress: "eth0", result: "found", lookups: 50, lookupsPerSecond: 10 },
      { ...common, egress: "", result: "no_route", lookups: 10, lookupsPerSecond: 2 },
    ]);
    expect([rateSeconds, rowsOmitted]).toEqual([5, 0]);
  });

  it("has the busiest rows if there are too many, and says how many it left out", () => {
    const bench = new Bench({ seriesMax: 10_000 });
    for (let table = 1; table <= 2500; table += 1)
      bench.session.count({ netns: 1n, egress: 2, table: 1000 + table }, table);
    // So many new keys take two drains.
    bench.drain();
    bench.now = 1000;
    // So many new keys are taken in by two asks, none of which holds up the event loop.
    bench.answers.lookups();
    const { rows, rowsOmitted } = bench.answers.lookups();
    expect([rows.length, rowsOmitted]).toEqual([2000, 500]);
    expect(Math.min(...rows.map(({ lookups }) => lookups))).toBe(501);
  });

  it("has namespaces with the kernel's own account, only those that are shown", () => {
    const bench = new Bench({ netns: ["blue"] });
    bench.session.addNetns({ cookie: 2n });
    bench.netns.set(2n, "blue");
    bench.drain();
    for (const cookie of [1n, 2n]) {
      bench.session.count({ netns: cookie, error: 11 }, 10);
      bench.session.addNetns({ cookie, noRoute: BigUint64Array.of(0n, 5n, 0n, 0n) });
    }
    bench.now = 5000;
    expect(bench.answers.lookups().netns).toEqual([
      {
        netns: "blue",
        lookupsPerSecond: 2,
        missesPerSecond: 2,
        rejectsPerSecond: 0,
        noRoute: [{ family: "ipv4", direction: "out", packetsPerSecond: 1 }],
        routedPerSecond: 0,
      },
    ]);
    expect(bench.answers.history(8_000_000)).toEqual({
      times: [8000],
      netns: [{ netns: "blue", lookups: [2], misses: [2], rejects: [0], noRoute: [1] }],
      netnsOmitted: 0,
      troubles: [],
    });
  });

  it("has no account of packets if that is not to be read", () => {
    const bench = new Bench({ collectors: { ...EVERY_COLLECTOR, mib: false } });
    bench.drain();
    bench.session.addNetns({ cookie: 1n, noRoute: BigUint64Array.of(0n, 5n, 0n, 0n) });
    bench.now = 5000;
    const { countsNoRoute, netns } = bench.answers.lookups();
    expect([countsNoRoute, netns]).toEqual([false, []]);
  });

  it("has the state of the probes, what cannot be read, and what was counted without detail", () => {
    const bench = new Bench({ seriesMax: 100 });
    busy(bench);
    bench.session.failing.set("events", new Error("EIO"));
    bench.now = 1000;
    const { probes, readErrors, counterOverflow, seriesFolded } = bench.answers.lookups();
    expect(probes).toContainEqual({
      probe: "fib_rules_lookup",
      backend: "trampoline",
      attached: false,
      isMissing: true,
      reason: "refused",
    });
    // Nothing that JSON has no word for.
    expect(JSON.parse(JSON.stringify(probes))).toEqual(probes);
    expect(readErrors).toEqual([{ source: "events", error: "EIO" }]);
    expect([counterOverflow, seriesFolded]).toEqual([33, 0]);
  });
});
