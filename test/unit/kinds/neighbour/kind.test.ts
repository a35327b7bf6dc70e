import { describe, expect, it } from "vitest";
import type { Names } from "../../../../daemon/kinds/kind.js";
import { kind, resolutions, waitingPackets } from "../../../../daemon/kinds/neighbour/kind.js";
import type { Row } from "../../../../daemon/kinds/row.js";
import { ABI } from "../../../../daemon/native/abi.js";
import { BadQuery, checkQuery, DEFAULT_QUERY } from "../../../../daemon/stream/query.js";

const EHOSTUNREACH = 113;
const NAMES: Names = {
  netns: () => "blue",
  isKnown: () => true,
  table: () => expect.fail("a neighbour has no table"),
  egress: (_, ifindex) => `eth${ifindex}`,
  protocol: (id) => String(id),
  isPresent: () => true,
  nftSet: () => expect.fail("it is about no set"),
};
const RESOLVED: Row = {
  netns: 1n,
  kind: ABI.TS_KIND_neighbour,
  family: "ipv4",
  error: 0,
  words: [3, 0],
  code: ABI.TS_NEIGHBOUR_UPDATED,
};
const TIMED_OUT: Row = { ...RESOLVED, error: EHOSTUNREACH, code: ABI.TS_NEIGHBOUR_TIMED_OUT };
const WAITS: Row = { ...RESOLVED, code: ABI.TS_NEIGHBOUR_WAITS };
const WHERE = { netns: "blue", family: "ipv4", device: "eth3" };

describe("neighbour", () => {
  it("has a resolution or a waiting packet in each row, and never both", () => {
    for (const row of [RESOLVED, TIMED_OUT, { ...RESOLVED, error: EHOSTUNREACH }]) {
      expect([resolutions.takes?.(row), waitingPackets.takes?.(row)]).toEqual([true, false]);
    }
    expect([resolutions.takes?.(WAITS), waitingPackets.takes?.(WAITS)]).toEqual([false, true]);
  });

  it("adds what an admin ended to what timed out", () => {
    expect(resolutions.labels(RESOLVED, "blue", NAMES, undefined)).toEqual({ ...WHERE, result: "resolved" });
    for (const row of [TIMED_OUT, { ...RESOLVED, error: EHOSTUNREACH }]) {
      expect(resolutions.labels(row, "blue", NAMES, undefined)).toEqual({ ...WHERE, result: "failed" });
    }
    expect(waitingPackets.labels(WAITS, "blue", NAMES, undefined)).toEqual(WHERE);
  });

  it.each([
    [resolutions, RESOLVED],
    [waitingPackets, WAITS],
  ] as const)("keeps labels while every name holds (%#)", (counter, row) => {
    const before = counter.labels(row, "blue", NAMES, undefined) as never;
    expect(counter.labels(row, "blue", NAMES, before)).toBe(before);
    expect(counter.labels(row, "red", NAMES, before)).toMatchObject({ netns: "red" });
    expect(counter.labels(row, "blue", { ...NAMES, egress: () => "wan" }, before)).toMatchObject({ device: "wan" });
  });

  it("hangs on its device, and folds to few series", () => {
    expect([resolutions.hangsOn(RESOLVED), waitingPackets.hangsOn(WAITS)]).toEqual([3, 3]);
    const folded = { netns: "other", family: "ipv4", device: "other" };
    expect(resolutions.folded({ ...WHERE, result: "failed" })).toEqual({ ...folded, result: "failed" });
    expect(waitingPackets.folded(WHERE)).toEqual(folded);
  });

  it("shows both results from the first resolution on", () => {
    expect(resolutions.zeros?.of({ ...WHERE, result: "failed" })).toEqual([
      { ...WHERE, result: "resolved" },
      { ...WHERE, result: "failed" },
    ]);
  });

  it("says in lines what its series say", () => {
    expect(kind.lines?.result(0, 0)).toBe("resolved");
    expect(kind.lines?.result(EHOSTUNREACH, ABI.TS_NEIGHBOUR_TIMED_OUT)).toBe("failed");
  });
});

describe("lines of neighbours", () => {
  const QUERY = { ...DEFAULT_QUERY, kinds: ["neighbour"] } as const;

  it("are chosen by device and destination, the failed ones too", () => {
    for (const failed of ["include", "exclude", "only"] as const) {
      expect(() => checkQuery({ ...QUERY, egress: "eth0", dst: "10.0.0.0/8", failed })).not.toThrow();
      expect(() => checkQuery({ ...QUERY, kinds: ["route", "neighbour"], egress: "eth0", failed })).not.toThrow();
    }
  });

  it.each([{ table: "main" }, { src: "10.0.0.1" }])("have nothing that %j could choose by", (filter) => {
    expect(() => checkQuery({ ...QUERY, ...filter })).toThrow(BadQuery);
    expect(() => checkQuery({ ...QUERY, kinds: ["route", "neighbour"], ...filter })).not.toThrow();
  });
});
