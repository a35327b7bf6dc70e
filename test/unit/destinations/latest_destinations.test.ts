import { expect, it } from "vitest";
import { FailedDestinations } from "../../../daemon/destinations/failed_destinations.js";
import { FakeSession } from "../../support/fake_session.js";

const EACCES = 13;
const NO_ROUTE = { netns: "host", family: "ipv4", table: "main", result: "no_route" } as const;

class Bench {
  now = 0;
  readonly session = new FakeSession();
  readonly failures = new FailedDestinations({
    session: this.session,
    names: { netns: () => "host", table: (_, id) => (id === 254 ? "main" : String(id)) },
    windowMs: 60_000,
    startedAt: 0,
    time: () => 1_700_000_000_000 + this.now,
    shows: () => true,
    showsAddresses: true,
  });

  fail(destination: string, lookups = 1, error?: number): void {
    this.session.fail([{ netns: 1n, destination, lookups, ...(error !== undefined && { error }) }]);
  }

  drainAt(now: number): void {
    this.now = now;
    this.failures.drain(now);
  }

  latest(result: string = NO_ROUTE.result) {
    return this.failures.latest.of("route", { ...NO_ROUTE, result });
  }
}

it("keeps the latest destination of each series, with its time", () => {
  const bench = new Bench();
  expect(bench.latest()).toBeUndefined();
  bench.fail("192.0.2.1");
  bench.drainAt(5_000);
  expect(bench.latest()).toMatchObject({ destination: "192.0.2.1", at: 1_700_000_005_000 });
  bench.fail("192.0.2.2", 1, EACCES);
  bench.drainAt(10_000);
  expect(bench.latest()).toMatchObject({ destination: "192.0.2.1", at: 1_700_000_005_000 });
  expect(bench.latest("prohibit")).toMatchObject({ destination: "192.0.2.2", at: 1_700_000_010_000 });
  bench.fail("192.0.2.3");
  bench.drainAt(15_000);
  expect(bench.latest()).toMatchObject({ destination: "192.0.2.3", at: 1_700_000_015_000 });
  expect(bench.failures.latest.of("rule", NO_ROUTE)).toBeUndefined();
});

it.each([
  ["the one that failed most", [2, 23, 5], "192.0.2.2"],
  ["the first that failed as often as another", [2, 2], "192.0.2.1"],
])("takes %s of those that came at once", (_, counts, latest) => {
  const bench = new Bench();
  bench.session.fail(counts.map((lookups, at) => ({ netns: 1n, destination: `192.0.2.${at + 1}`, lookups })));
  bench.drainAt(5_000);
  expect(bench.latest()?.destination).toBe(latest);
});

it("tells series apart whose names would be the same one after the other", () => {
  const bench = new Bench();
  bench.fail("192.0.2.1");
  bench.drainAt(5_000);
  expect(bench.failures.latest.of("route", { ...NO_ROUTE, table: "mai", result: "nno_route" })).toBeUndefined();
});

it("has none of a kind whose lookups do not fail", () => {
  const bench = new Bench();
  bench.session.fail([{ kind: "encap", netns: 1n, destination: "192.0.2.1", lookups: 2 }]);
  bench.drainAt(5_000);
  expect([bench.latest(), bench.failures.latest.of("encap", NO_ROUTE)]).toEqual([undefined, undefined]);
});

it("forgets it after the failure window", () => {
  const bench = new Bench();
  bench.fail("192.0.2.1");
  bench.drainAt(5_000);
  bench.drainAt(64_000);
  expect(bench.latest()?.destination).toBe("192.0.2.1");
  bench.drainAt(65_000);
  expect(bench.latest()).toBeUndefined();
});
