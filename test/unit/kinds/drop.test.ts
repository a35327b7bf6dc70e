import { describe, expect, it } from "vitest";
import { drops, kind } from "../../../daemon/kinds/drop/kind.js";
import { REASONS, reasonName } from "../../../daemon/kinds/drop/reason.js";
import type { Names } from "../../../daemon/kinds/kind.js";
import { ABI } from "../../../daemon/native/abi.js";

const NAMES: Names = {
  netns: () => "blue",
  isKnown: () => true,
  table: (_, id) => String(id),
  egress: (_, ifindex) => (ifindex === 3 ? "eth0" : ""),
  protocol: (id) => String(id),
  isPresent: () => true,
  nftSet: () => expect.fail("it is about no set"),
};

const ROW = { netns: 1n, kind: 2, family: "ipv4", error: 255, words: [3, 0], code: 15 } as const;

describe("a drop", () => {
  it("has the kernel's word for its reason, in lower case", () => {
    expect(REASONS[0]).toBe("");
    expect(REASONS.slice(1, 5)).toEqual(["ip_innoroutes", "ip_outnoroutes", "ip_inaddrerrors", "ip_rpfilter"]);
    expect(REASONS[ABI.TS_REASON_NEIGH_FAILED]).toBe("neigh_failed");
    expect(REASONS.slice(1).every((word) => /^[a-z0-9_]+$/.test(word))).toBe(true);
    expect(new Set(REASONS).size).toBe(REASONS.length);
    expect(reasonName(99)).toBe("99");
  });

  it("is counted by namespace, family, device and reason", () => {
    const labels = drops.labels(ROW, "blue", NAMES, undefined);
    expect(labels).toEqual({ netns: "blue", family: "ipv4", device: "eth0", reason: "neigh_failed" });
    expect(drops.labels(ROW, "blue", NAMES, labels)).toBe(labels);
    expect(drops.labels(ROW, "red", NAMES, labels)).toEqual({ ...labels, netns: "red" });
    const moved = { ...NAMES, egress: () => "eth1" };
    expect(drops.labels(ROW, "blue", moved, labels)).toEqual({ ...labels, device: "eth1" });
    expect(drops.folded(labels)).toEqual({ ...labels, netns: "other", device: "other" });
    expect(drops.hangsOn(ROW)).toBe(3);
  });

  it("has no family and no device if it was no IP packet and its device is not known", () => {
    const labels = drops.labels({ ...ROW, family: "", words: [0, 0], code: 19 }, "blue", NAMES, undefined);
    expect(labels).toEqual({ netns: "blue", family: "", device: "", reason: "no_tx_target" });
  });

  it("is always dropped, and says why", () => {
    expect(kind.lines?.result(255, 15)).toBe("dropped");
    expect(kind.failure?.({ netns: 1n, table: 0, error: 255, code: 4 }, NAMES)).toEqual({
      ...{ table: null, result: "dropped", reason: "ip_rpfilter" },
    });
  });
});
