import { describe, expect, it } from "vitest";
import {
  FailedDestinations,
  type FailedDestinationsOptions,
  MOST_DESTINATIONS,
} from "../../../daemon/destinations/failed_destinations.js";
import { FakeSession } from "../../support/fake_session.js";

const NAMES: Readonly<Record<string, string>> = { "1": "host", "2": "blue" };
const [EAGAIN, EACCES, EHOSTUNREACH] = [11, 13, 113];

function setUp(options: Partial<FailedDestinationsOptions> = {}) {
  const session = new FakeSession();
  const failures = new FailedDestinations({
    session,
    names: {
      netns: (cookie) => NAMES[String(cookie)] ?? "unknown",
      table: (_, id) => (id === 254 ? "main" : String(id)),
    },
    windowMs: 60_000,
    startedAt: 0,
    time: () => 0,
    shows: () => true,
    showsAddresses: true,
    ...options,
  });
  failures.start();
  return { session, failures };
}

describe("FailedDestinations", () => {
  it("has an empty report before the first drain", () => {
    expect(setUp().failures.report()).toEqual({ windowSeconds: 0, sampledOneIn: 1, destinations: [] });
  });

  it("names rows as the metrics do and tells lookups a second", () => {
    const { session, failures } = setUp();
    session.fail([
      { netns: 1n, error: EAGAIN, destination: "192.0.2.1", lookups: 123 },
      { netns: 2n, error: EACCES, table: 100, family: "ipv6", type: 8, destination: "2001:db8::1", lookups: 7 },
    ]);
    failures.drain(60_000);
    expect(failures.report()).toEqual({
      windowSeconds: 60,
      sampledOneIn: 1,
      destinations: [
        {
          ...{ kind: "route", netns: "host", family: "ipv4", table: "main", result: "no_route", reason: null },
          ...{ destination: "192.0.2.1", lookups: 123, lookupsPerSecond: 2.05, cause: null },
        },
        {
          ...{ kind: "route", netns: "blue", family: "ipv6", table: "100", result: "prohibit", reason: null },
          ...{ destination: "2001:db8::1", lookups: 7, lookupsPerSecond: 0.12, cause: null },
        },
      ],
    });
  });

  it("asks once for each row what was removed, with what the kernel calls it", () => {
    const asked: unknown[] = [];
    const route = { prefix: "192.0.2.0/24", via: null, device: "eth0", protocol: "bird", table: "main", time: "now" };
    const { session, failures } = setUp({
      causes: {
        cause({ netns, family, table, destination }, withinMs) {
          asked.push([netns, family, table, destination, withinMs]);
          return netns === 1n ? route : null;
        },
      },
    });
    session.fail([
      { netns: 1n, error: EAGAIN, destination: "192.0.2.1", lookups: 2 },
      { netns: 2n, error: EAGAIN, family: "ipv6", table: 100, destination: "2001:db8::1", lookups: 1 },
    ]);
    failures.drain(60_000);
    expect(failures.report().destinations.map(({ cause }) => cause)).toEqual([route, null]);
    expect(asked).toEqual([
      [1n, 0, 254, "192.0.2.1", 60_000],
      [2n, 1, 100, "2001:db8::1", 60_000],
    ]);
  });

  it("tells a drop from a lookup for the same destination, and why it was", () => {
    const { session, failures } = setUp();
    const dropped = { kind: "drop", netns: 2n, table: 0, error: 255, destination: "192.0.2.1" } as const;
    session.fail([
      { ...dropped, type: 15, lookups: 5 },
      { ...dropped, type: 1, lookups: 4 },
      { netns: 2n, error: EAGAIN, destination: "192.0.2.1", lookups: 3 },
    ]);
    failures.drain(2000);
    const { destinations } = failures.report();
    expect(destinations.map(({ kind, table, result, reason }) => [kind, table, result, reason])).toEqual([
      ["drop", null, "dropped", "neigh_failed"],
      ["drop", null, "dropped", "ip_innoroutes"],
      ["route", "main", "no_route", null],
    ]);
  });

  it("leaves out what knows no destinations", () => {
    const { session, failures } = setUp();
    session.fail([{ kind: "rule", netns: 1n, destination: "192.0.2.1", lookups: 1 }]);
    failures.drain(2000);
    expect(failures.report().destinations).toEqual([]);
  });

  it("makes one row of keys that read the same", () => {
    const { session, failures } = setUp();
    session.fail([
      { netns: 8n, destination: "192.0.2.1", lookups: 1 },
      { netns: 9n, destination: "192.0.2.1", lookups: 2 },
      { netns: 9n, destination: "192.0.2.1", lookups: 4, error: EHOSTUNREACH },
    ]);
    failures.drain(2000);
    const { destinations } = failures.report();
    expect(destinations.map(({ netns, result, lookups }) => [netns, result, lookups])).toEqual([
      ["unknown", "unreachable", 4],
      ["unknown", "no_route", 3],
    ]);
  });

  it("sorts by lookups, ties by destination, and gives the top only", () => {
    const { session, failures } = setUp();
    const many = Array.from({ length: 500 }, (_, at) => ({
      ...{ netns: 1n, destination: `10.0.${at >> 8}.${at & 255}`, lookups: 1 + ((at * 7) % 250) },
    }));
    session.fail(many);
    failures.drain(2000);
    const { destinations } = failures.report();
    const order = [...many].sort((a, b) => b.lookups - a.lookups || (a.destination < b.destination ? -1 : 1));
    expect(destinations.map(({ destination }) => destination)).toEqual(
      order.slice(0, MOST_DESTINATIONS).map(({ destination }) => destination),
    );
  });

  it("shows only the namespaces asked for", () => {
    const { session, failures } = setUp({ shows: (netns) => ["blue"].includes(netns) });
    session.fail([1n, 2n, 3n].map((netns) => ({ netns, destination: "192.0.2.1", lookups: 1 })));
    failures.drain(2000);
    expect(failures.report().destinations.map(({ netns }) => netns)).toEqual(["blue"]);
  });

  it("reads the kernel's side at most once a second, and shares the report meanwhile", () => {
    const { session, failures } = setUp();
    session.fail([{ netns: 1n, destination: "192.0.2.1", lookups: 1 }]);
    failures.drain(1000);
    const report = failures.report();
    session.fail([{ netns: 1n, destination: "192.0.2.1", lookups: 1 }]);
    failures.drain(1999);
    expect(failures.report()).toBe(report);
    failures.drain(2000);
    expect(failures.report().destinations[0]?.lookups).toBe(2);
  });

  it("keeps what it has when a read fails, and catches up", () => {
    const { session, failures } = setUp();
    session.fail([{ netns: 1n, destination: "192.0.2.1", lookups: 1 }]);
    failures.drain(2000);
    session.failing.set("failedDestinations", new Error("no"));
    expect(() => failures.drain(4000)).toThrow("no");
    expect(failures.report().destinations[0]?.lookups).toBe(1);
    session.failing.clear();
    session.fail([{ netns: 1n, destination: "192.0.2.1", lookups: 2 }]);
    failures.drain(6000);
    expect(failures.report()).toMatchObject({ windowSeconds: 6, destinations: [{ lookups: 3 }] });
  });

  it("tells a throw route of IPv6 from a table without a match", () => {
    const { session, failures } = setUp();
    const failure = { netns: 1n, family: "ipv6", error: EAGAIN, destination: "2001:db8::1", lookups: 1 } as const;
    session.fail([failure, { ...failure, type: 9 }]);
    failures.drain(2000);
    expect(failures.report().destinations.map(({ result }) => result)).toEqual(["no_route", "throw"]);
  });

  it("sorts equally many lookups by destination, and leaves rows of one destination in their order", () => {
    const { session, failures } = setUp();
    const destinations = ["192.0.2.3", "192.0.2.1", "192.0.2.2"];
    session.fail([
      ...destinations.map((destination) => ({ netns: 1n, destination, lookups: 1 })),
      ...[2n, 8n].map((netns) => ({ netns, destination: "192.0.2.1", lookups: 1 })),
    ]);
    failures.drain(2000);
    expect(failures.report().destinations.map(({ netns, destination }) => `${destination} ${netns}`)).toEqual([
      ...["192.0.2.1 host", "192.0.2.1 blue", "192.0.2.1 unknown", "192.0.2.2 host", "192.0.2.3 host"],
    ]);
  });

  it("keeps apart rows whose names are the same only when run together", () => {
    const session = new FakeSession();
    const failures = new FailedDestinations({
      session,
      names: { netns: (cookie) => (cookie === 1n ? "a" : "aipv4"), table: (_, id) => (id === 1 ? "ipv4t" : "t") },
      shows: () => true,
      showsAddresses: true,
      windowMs: 60_000,
      startedAt: 0,
      time: () => 0,
    });
    session.fail([
      { netns: 1n, table: 1, destination: "192.0.2.1", lookups: 1 },
      { netns: 2n, table: 2, destination: "192.0.2.1", lookups: 1 },
    ]);
    failures.drain(2000);
    expect(failures.report().destinations).toHaveLength(2);
  });

  describe("sampling", () => {
    it("is off until the start and then takes every lookup", () => {
      expect(setUp().session.sampledOneIn).toBe(1);
    });

    it("follows the lookups that fail, those without a row too, and goes back when they stop", () => {
      const { session, failures } = setUp();
      session.fail([{ netns: 1n, destination: "192.0.2.1", lookups: 10_000 }]);
      session.failuresWithoutRow = 30_000;
      failures.drain(5000);
      expect(session.sampledOneIn).toBe(4);
      expect(failures.report().sampledOneIn).toBe(1);
      failures.drain(10_000);
      expect(session.sampledOneIn).toBe(1);
      expect(failures.report().sampledOneIn).toBe(4);
    });

    it("takes back what the kernel's side raised by itself", () => {
      const { session, failures } = setUp();
      session.sampledOneIn = 64;
      failures.drain(5000);
      expect(session.sampledOneIn).toBe(1);
      expect(failures.report().sampledOneIn).toBe(64);
    });

    it("is not set anew as long as it stays as it is", () => {
      const { session, failures } = setUp();
      let set = 0;
      session.sampleFailures = (oneIn) => {
        session.sampledOneIn = oneIn;
        set += 1;
      };
      failures.drain(5000);
      failures.drain(10_000);
      expect(set).toBe(0);
      session.failuresWithoutRow = 40_000;
      failures.drain(15_000);
      session.failuresWithoutRow = 40_000;
      failures.drain(20_000);
      expect([set, session.sampledOneIn]).toEqual([1, 4]);
    });
  });
});
