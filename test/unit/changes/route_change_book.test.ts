import { describe, expect, it } from "vitest";
import { RouteChangeBook } from "../../../daemon/changes/route_change_book.js";
import type { RouteChangeRow, RouteChanges } from "../../../daemon/native/route_changes.js";
import { EMPTY_INVENTORY } from "../../../daemon/native/session.js";
import { netnsRow } from "../kinds/reading.js";

const OWN = 7n;

const ROW: RouteChangeRow = {
  ...{ netns: OWN, unixMs: 1_767_323_045_678, change: 2, isFound: true, family: 0, table: 254, metric: 32 },
  ...{ protocol: 12, type: 1, destination: "198.51.100.0", length: 24 },
  ...{ gateway: "10.90.2.2", device: "eth2", nexthops: 2 },
};

class FakeChanges implements RouteChanges {
  rows: readonly RouteChangeRow[] = [ROW];
  notices = 0;
  overruns = 0;
  fault = "";
  moves = 0;
  isClosed = false;
  readonly asked: unknown[] = [];

  counts() {
    const none = new Uint8Array();
    return { netns: OWN, family: none, table: new Uint32Array(), protocol: none, count: new Float64Array() };
  }
  state() {
    return { notices: this.notices, overruns: this.overruns, routes: 1, isCompared: true, fault: this.fault };
  }
  newest(most: number) {
    return this.rows.slice(0, most);
  }
  cause(netns: bigint, family: number, destination: string, table: number, sinceUnixMs: number) {
    this.asked.push([netns, family, destination, table, sinceUnixMs]);
    return this.rows.find((row) => row.netns === netns);
  }
  moved() {
    this.moves += 1;
  }
  close() {
    this.isClosed = true;
  }
}

function setUp(shown = /./) {
  const changes = new FakeChanges();
  let refusal: Error | undefined;
  const book = new RouteChangeBook({
    open: () => {
      if (refusal !== undefined) throw refusal;
      return changes;
    },
    names: {
      netns: (cookie) => `ns${cookie}`,
      table: (_, id) => (id === 254 ? "main" : String(id)),
      protocol: (id) => (id === 12 ? "bird" : String(id)),
    },
    shows: (netns) => shown.test(netns),
  });
  const read = (ipv4: number) =>
    book.read({
      ...EMPTY_INVENTORY,
      netns: [netnsRow(1n), netnsRow(OWN)],
      fibChanges: Float64Array.of(99 + ipv4, 99, ipv4, 0),
    });
  return { changes, book, read, refuse: (error: Error | undefined) => (refusal = error) };
}

const REMOVED = {
  ...{ prefix: "198.51.100.0/24", via: "10.90.2.2", device: "eth2", protocol: "bird", table: "main" },
  time: "2026-01-02T03:04:05.678Z",
};

describe("RouteChangeBook", () => {
  it("tells the last changes in words", () => {
    const { book, read } = setUp();
    read(0);
    expect(book.newest(10)).toEqual([
      {
        ...{ ...REMOVED, change: "removed", told: false, netns: "ns7", family: "ipv4" },
        ...{ type: "unicast", metric: 32, nexthops: 2 },
      },
    ]);
    expect(book.newest(0)).toEqual([]);
  });

  it("has null where a route has no gateway or device", () => {
    const { book, read, changes } = setUp();
    read(0);
    changes.rows = [{ ...ROW, gateway: "", device: "", type: 6 }];
    expect(book.newest(1)[0]).toMatchObject({ via: null, device: null, type: "blackhole" });
  });

  it("names the cause of what fails in that namespace, from when the failure can have begun", () => {
    const { book, read, changes } = setUp();
    read(0);
    const before = Date.now();
    expect(book.cause({ netns: OWN, family: 0, table: 254, destination: "198.51.100.7" }, 60_000)).toEqual(REMOVED);
    expect(book.cause({ netns: 1n, family: 0, table: 254, destination: "198.51.100.7" }, 60_000)).toBeNull();
    expect(changes.asked).toEqual([OWN, 1n].map((netns) => [netns, 0, "198.51.100.7", 254, expect.any(Number)]));
    const [[, , , , since]] = changes.asked as [[bigint, number, string, number, number]];
    expect(since - (before - 60_000)).toBeGreaterThanOrEqual(-5000);
    expect(since).toBeLessThan(before - 59_000);
  });

  it("has the tables compared when the kernel's number moved and no notice came", () => {
    const { changes, read } = setUp();
    read(5);
    read(5);
    changes.notices = 1;
    read(6);
    expect(changes.moves).toBe(0);
    read(7);
    expect(changes.moves).toBe(1);
    read(7);
    expect(changes.moves).toBe(1);
  });

  it("says once that changes were lost, and as long as it lasts that none are heard", () => {
    const { changes, read } = setUp();
    changes.overruns = 2;
    expect(() => read(0)).toThrow("came faster than they could be read (2 times)");
    read(0);
    changes.fault = "open a socket for changes of routes: EAFNOSUPPORT";
    expect(() => read(0)).toThrow("EAFNOSUPPORT");
    expect(() => read(0)).toThrow("EAFNOSUPPORT");
    changes.fault = "";
    read(0);
  });

  it("tries again to hear, and has nothing to tell until it does or when it is stopped", () => {
    const { changes, book, read, refuse } = setUp();
    refuse(new Error("EPERM"));
    expect(() => read(0)).toThrow("EPERM");
    expect(book.newest(10)).toEqual([]);
    expect(book.cause({ netns: OWN, family: 0, table: 0, destination: "::1" }, 1)).toBeNull();
    refuse(undefined);
    read(0);
    expect(book.newest(10)).toHaveLength(1);
    book.stop();
    book.stop();
    expect([changes.isClosed, book.newest(10)]).toEqual([true, []]);
  });

  it("shows nothing of a namespace that is not to be shown", () => {
    const { book, read, changes } = setUp(/^ns9$/);
    read(0);
    expect(book.newest(10)).toEqual([]);
    changes.rows = [ROW, ROW, { ...ROW, netns: 9n }, ROW, ROW, ROW, { ...ROW, netns: 9n }, { ...ROW, netns: 9n }];
    expect(book.newest(2).map(({ netns }) => netns)).toEqual(["ns9", "ns9"]);
    expect(book.newest(10)).toHaveLength(3);
  });
});
