import { describe, expect, it } from "vitest";
import { fdbUpdates, kind } from "../../../../daemon/kinds/fdb/kind.js";
import type { Names } from "../../../../daemon/kinds/kind.js";
import { KINDS } from "../../../../daemon/kinds/list.js";
import type { Row } from "../../../../daemon/kinds/row.js";
import { ABI } from "../../../../daemon/native/abi.js";

const NAMES: Names = {
  netns: () => "blue",
  isKnown: () => true,
  table: () => expect.fail("a bridge has no table"),
  egress: (_, ifindex) => `br${ifindex}`,
  protocol: (id) => String(id),
  isPresent: () => true,
  nftSet: () => expect.fail("it is about no set"),
};
const ROW: Row = {
  netns: 1n,
  kind: KINDS.indexOf(kind),
  family: "",
  error: 0,
  words: [7, ABI.TS_FDB_BY_FRAME],
  code: 0,
};

describe("the counter of bridge changes", () => {
  it.each([
    [ABI.TS_FDB_LEARNED, "learned"],
    [ABI.TS_FDB_MOVED, "moved"],
    [ABI.TS_FDB_REMOVED, "removed"],
  ])("names change %i %s", (code, change) => {
    const labels = { netns: "blue", bridge: "br7", change };
    expect(fdbUpdates.labels({ ...ROW, code }, "blue", NAMES, undefined)).toEqual(labels);
  });

  it("has one series for what frames and what routing daemons teach", () => {
    const taught: Row = { ...ROW, words: [7, ABI.TS_FDB_BY_CONTROL] };
    expect(fdbUpdates.labels(taught, "blue", NAMES, undefined)).toEqual(
      fdbUpdates.labels(ROW, "blue", NAMES, undefined),
    );
  });

  it("has the same labels while namespace and bridge keep their names", () => {
    const before = fdbUpdates.labels(ROW, "blue", NAMES, undefined);
    expect(fdbUpdates.labels(ROW, "blue", NAMES, before)).toBe(before);
    expect(fdbUpdates.labels(ROW, "red", NAMES, before)).toEqual({ ...before, netns: "red" });
    const renamed = { ...NAMES, egress: () => "lan" };
    expect(fdbUpdates.labels(ROW, "blue", renamed, before)).toEqual({ ...before, bridge: "lan" });
  });

  it("goes with its bridge, shows every change of it from 0, and folds to three series", () => {
    expect(fdbUpdates.hangsOn(ROW)).toBe(7);
    const moved = { netns: "blue", bridge: "br7", change: "moved" };
    expect(fdbUpdates.zeros?.of(moved).map(({ change }) => change)).toEqual(["learned", "moved", "removed"]);
    expect(fdbUpdates.folded(moved)).toEqual({ netns: "other", bridge: "other", change: "moved" });
  });
});

describe("the lines of bridge changes", () => {
  it("say the change in its word, whatever the kernel may add", () => {
    expect([0, 1, 2, 3, 4].map((code) => kind.lines?.result(0, code))).toEqual([
      "learned",
      "moved",
      "removed",
      "flooded",
      "",
    ]);
  });

  it("come only to who asks for them", () => {
    expect(kind.lines?.isShownUnasked).toBe(false);
  });
});
