import { describe, expect, it } from "vitest";
import { kind as change } from "../../../daemon/kinds/change/kind.js";
import { routeChanges } from "../../../daemon/kinds/change/route_changes.js";
import type { Names } from "../../../daemon/kinds/kind.js";
import type { Row } from "../../../daemon/kinds/row.js";
import { ABI } from "../../../daemon/native/abi.js";
import { netnsRow, reader } from "./reading.js";

function readings(label?: (cookie: bigint) => string) {
  const readers = change.accounts.map((account) => reader(account, label));
  return (...rows: readonly (readonly [bigint, number, number])[]) => {
    const netns = rows.map(([cookie]) => netnsRow(cookie));
    const fibChanges = Float64Array.from(rows.flatMap(([, ipv4, ipv6]) => [ipv4, ipv6]));
    return readers.flatMap((read) => read({ netns, fibChanges }));
  };
}

describe("the collector change", () => {
  it("begins with what the kernel has counted", () => {
    expect(readings()([1n, 7, 9])).toEqual(["ns1 ipv4 7", "ns1 ipv6 9"]);
  });

  it("stays where it was when a table goes, and rises on from there", () => {
    const read = readings();
    read([1n, 7, 9]);
    expect(read([1n, 7, 4])).toEqual(["ns1 ipv4 7", "ns1 ipv6 9"]);
    expect(read([1n, 8, 6])).toEqual(["ns1 ipv4 8", "ns1 ipv6 11"]);
  });

  it("follows each namespace by itself, wherever its row is, and adds up those of one label", () => {
    const read = readings(() => "blue");
    read([1n, 100, 0], [2n, 5, 0]);
    expect(read([2n, 6, 0])).toEqual(["blue ipv4 6", "blue ipv6 0"]);
    expect(read([2n, 6, 0], [1n, 3, 0], [99n, 50, 0])).toEqual(["blue ipv4 9", "blue ipv6 0"]);
  });

  it("shows nothing that the kernel does not count", () => {
    expect(readings()([1n, 7, Number.NaN])).toEqual(["ns1 ipv4 7"]);
  });
});

describe("routes that changed in the daemon's own namespace", () => {
  const COUNTS = {
    netns: 1n,
    family: Uint8Array.of(0, 0, 1),
    table: Uint32Array.of(254, 100, 0),
    protocol: Uint8Array.of(12, 12, 0),
    count: Float64Array.of(23, 1, 22, 0, 0, 5, 7, 0, 0),
  };
  const read = (counts?: typeof COUNTS) => {
    const { metric, beside } = routeChanges;
    return beside && reader({ metric, ...beside })({ ...(counts && { routeChanges: counts }) });
  };

  it("are counted by table and protocol, each change from 0 on, and together where there was no room", () => {
    expect(read(COUNTS)).toEqual([
      ...["ns1 ipv4 main bird added 23", "ns1 ipv4 main bird replaced 1", "ns1 ipv4 main bird removed 22"],
      ...["ns1 ipv4 t100 bird added 0", "ns1 ipv4 t100 bird replaced 0", "ns1 ipv4 t100 bird removed 5"],
      ...["ns1 ipv6 other other added 7", "ns1 ipv6 other other replaced 0", "ns1 ipv6 other other removed 0"],
    ]);
  });

  it("are not shown where nobody hears of them, or of a namespace that is not shown", () => {
    expect(read()).toEqual([]);
    expect(read({ ...COUNTS, netns: 99n })).toEqual([]);
  });
});

describe("routes that changed in other namespaces", () => {
  const NAMES: Names = {
    netns: () => "blue",
    isKnown: () => true,
    table: (_, id) => (id === 254 ? "main" : String(id)),
    egress: () => expect.fail("a change is of no device"),
    protocol: (id) => (id === 12 ? "bird" : String(id)),
    nftSet: () => expect.fail("a change is of no set"),
    isPresent: () => true,
  };
  const ROW: Row = {
    ...{ netns: 2n, kind: ABI.TS_KIND_change, family: "ipv6", error: 0 },
    ...{ words: [254, 12], code: ABI.TS_ROUTE_REMOVED },
  };
  const labels = (row: Partial<Row> = {}) => routeChanges.labels({ ...ROW, ...row }, "blue", NAMES, undefined);

  it("are counted by table, protocol and change", () => {
    expect(labels()).toEqual({ netns: "blue", family: "ipv6", table: "main", protocol: "bird", change: "removed" });
    expect(labels({ words: [7, 77], code: ABI.TS_ROUTE_ADDED })).toMatchObject({
      ...{ table: "7", protocol: "77", change: "added" },
    });
    expect(labels({ code: ABI.TS_ROUTE_REPLACED })).toMatchObject({ change: "replaced" });
  });

  it("keep their label set until the namespace, the table or the protocol has another name", () => {
    const before = labels();
    expect(routeChanges.labels(ROW, "blue", NAMES, before)).toBe(before);
    const renamed = (names: Partial<Names>) => routeChanges.labels(ROW, "blue", { ...NAMES, ...names }, before);
    expect(routeChanges.labels(ROW, "red", NAMES, before)).toEqual({ ...before, netns: "red" });
    expect(renamed({ table: () => "vrf-red" })).toEqual({ ...before, table: "vrf-red" });
    expect(renamed({ protocol: () => "mine" })).toEqual({ ...before, protocol: "mine" });
  });

  it("hang on their namespace alone, and stand beside what has not happened to them", () => {
    expect(routeChanges.hangsOn(ROW)).toBe(0);
    expect(routeChanges.zeros?.of(labels()).map(({ change }) => change)).toEqual(["added", "removed"]);
  });

  it("are folded by family and change", () => {
    const other = { netns: "other", table: "other", protocol: "other" };
    expect(routeChanges.folded(labels())).toEqual({ ...other, family: "ipv6", change: "removed" });
  });
});
