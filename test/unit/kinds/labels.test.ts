import { describe, expect, it } from "vitest";
import { dstCacheLookups } from "../../../daemon/kinds/dst_cache/kind.js";
import { encapLookups } from "../../../daemon/kinds/encap/kind.js";
import { fdbFloods, fdbUpdates } from "../../../daemon/kinds/fdb/kind.js";
import type { Counter, Names } from "../../../daemon/kinds/kind.js";
import { KINDS } from "../../../daemon/kinds/list.js";
import { mplsLookups } from "../../../daemon/kinds/mpls/kind.js";
import { netfilterFibLookups, netfilterSetLookups } from "../../../daemon/kinds/netfilter/kind.js";
import { routeLookups } from "../../../daemon/kinds/route/kind.js";
import type { Row } from "../../../daemon/kinds/row.js";
import { ruleLookups } from "../../../daemon/kinds/rule/kind.js";
import { socketCacheHits } from "../../../daemon/kinds/socket_cache/kind.js";
import { sidPackets } from "../../../daemon/kinds/srv6/kind.js";
import { vxlanLookups } from "../../../daemon/kinds/tunnel/kind.js";
import { ABI } from "../../../daemon/native/abi.js";

const NAMES: Names = {
  netns: () => "blue",
  isKnown: () => true,
  table: (_, id) => (id === 254 ? "main" : String(id)),
  egress: (_, ifindex) => (ifindex === 0 ? "" : `eth${ifindex}`),
  protocol: (id) => String(id),
  isPresent: () => true,
  nftSet: (_, table, set) => ({ table: `inet t${table}`, set: `s${set}`, isPresent: set !== 6 }),
};
const ROUTE: Row = { netns: 1n, kind: 0, family: "ipv4", error: 0, words: [254, 3], code: 0 };
const RULE: Row = { ...ROUTE, kind: 1, words: [254, 100], code: 1 };
const ENCAP: Row = { ...ROUTE, kind: ABI.TS_KIND_encap, words: [254, ABI.TS_ENCAP_SEG6_LOCAL], code: 7 };

function counterOf({ kind }: Row): Counter {
  return (KINDS[kind]?.counters[0] ?? expect.fail("no such kind")) as Counter;
}

describe("labels", () => {
  it.each<[Row, object]>([
    [ROUTE, { table: "main", egress: "eth3", result: "found" }],
    [
      { ...ROUTE, error: 11, words: [254, 0] },
      { table: "main", egress: "", result: "no_route" },
    ],
    [
      { ...ROUTE, error: 113 },
      { table: "main", egress: "", result: "unreachable" },
    ],
    [RULE, { priority: "100", action: "to_table", table: "main", result: "found" }],
    [
      { ...RULE, code: 8, error: 13, words: [0, 100] },
      { priority: "100", action: "prohibit", table: "", result: "prohibit" },
    ],
    [
      { ...RULE, words: [254, 0] },
      { priority: "0", action: "to_table", table: "main", result: "found" },
    ],
    [
      { ...RULE, words: [0, 0], code: 0, error: 3 },
      { priority: "", action: "", table: "", result: "no_route" },
    ],
    [ENCAP, { table: "main", encap: "seg6local", action: "End.DT6" }],
    [
      { ...ENCAP, words: [254, ABI.TS_ENCAP_SEG6 | ABI.TS_ENCAP_CHOSEN], code: 0 },
      { table: "main", encap: "seg6", action: "" },
    ],
    [
      { ...ENCAP, words: [100, 11] },
      { table: "100", encap: "11", action: "End.DT6" },
    ],
    [
      { ...ENCAP, code: 17 },
      { table: "main", encap: "seg6local", action: "17" },
    ],
  ])("of %o are %o", (row, labels) => {
    expect(counterOf(row).labels(row, "blue", NAMES, undefined)).toEqual({ netns: "blue", family: "ipv4", ...labels });
  });

  it.each([ROUTE, RULE, ENCAP])("are the same object while every name holds (%o)", (row) => {
    const counter = counterOf(row);
    const before = counter.labels(row, "blue", NAMES, undefined);
    expect(counter.labels(row, "blue", NAMES, before)).toBe(before);
    expect(counter.labels(row, "red", NAMES, before)).toEqual({ ...before, netns: "red" });
    expect(counter.labels(row, "blue", { ...NAMES, table: () => "wan" }, before)).toEqual({ ...before, table: "wan" });
  });

  it("notice a renamed egress device", () => {
    const before = routeLookups.labels(ROUTE, "blue", NAMES, undefined);
    const renamed = routeLookups.labels(ROUTE, "blue", { ...NAMES, egress: () => "wan" }, before);
    expect(renamed).toEqual({ ...before, egress: "wan" });
  });
});

describe("labels of what only trampolines see", () => {
  const BARE = { netns: 1n, error: 0, words: [3, 0], code: 0 } as const;

  it.each<[Partial<Row>, Counter, object]>([
    [{ family: "ipv4" }, dstCacheLookups as Counter, { family: "ipv4", egress: "eth3", result: "hit" }],
    [{ family: "ipv6", code: 1 }, dstCacheLookups as Counter, { family: "ipv6", egress: "eth3", result: "miss" }],
    [{}, vxlanLookups as Counter, { device: "eth3", result: "found" }],
    [{ code: 1 }, vxlanLookups as Counter, { device: "eth3", result: "default" }],
    [{ code: 2, error: 113 }, vxlanLookups as Counter, { device: "eth3", result: "missed" }],
    [{}, mplsLookups as Counter, { egress: "eth3", result: "found" }],
    [{ error: 101, words: [0, 0] }, mplsLookups as Counter, { egress: "", result: "no_route" }],
    [{ error: 113 }, mplsLookups as Counter, { egress: "eth3", result: "dropped" }],
    [{ family: "ipv6", code: 1, words: [0, 0] }, sidPackets as Counter, { action: "End", result: "processed" }],
    [
      { family: "ipv6", code: 6, error: 22, words: [0, 0] },
      sidPackets as Counter,
      { action: "End.DX4", result: "dropped" },
    ],
    [{ family: "ipv4" }, socketCacheHits as Counter, { family: "ipv4", egress: "eth3" }],
    [{ code: 3 }, fdbFloods as Counter, { bridge: "eth3" }],
  ])("of %o", (row, counter, labels) => {
    const whole: Row = { kind: 0, family: "", ...BARE, ...row };
    const first = counter.labels(whole, "blue", NAMES, undefined);
    expect(first).toEqual({ netns: "blue", ...labels });
    expect(counter.labels(whole, "blue", NAMES, first)).toBe(first);
    expect(counter.labels(whole, "red", NAMES, first)).toEqual({ ...first, netns: "red" });
    expect(counter.folded(first)).toMatchObject({ netns: "other" });
    expect(counter.hangsOn(whole)).toBe(whole.words[0]);
  });

  it("keep floods apart from changes of the table", () => {
    const flood: Row = { kind: ABI.TS_KIND_fdb, family: "", ...BARE, code: ABI.TS_FDB_FLOODED };
    expect([fdbFloods.takes?.(flood), fdbUpdates.takes?.(flood)]).toEqual([true, false]);
    const change: Row = { ...flood, code: ABI.TS_FDB_MOVED };
    expect([fdbFloods.takes?.(change), fdbUpdates.takes?.(change)]).toEqual([false, true]);
  });
});

describe("labels of what netfilter asks for", () => {
  const ROUTE_ASKED: Row = { netns: 1n, kind: ABI.TS_KIND_netfilter, family: "ipv4", error: 0, words: [1, 0], code: 0 };
  const SET_ASKED: Row = { ...ROUTE_ASKED, family: "", words: [7, 5], code: ABI.TS_NETFILTER_SET_LOOKUP };

  it.each([
    [{}, { family: "ipv4", hook: "prerouting", result: "found" }],
    [
      { family: "ipv6", words: [3, 0], error: 101 },
      { family: "ipv6", hook: "forward", result: "missed" },
    ],
    [{ words: [ABI.TS_HOOK_EGRESS, 0] }, { family: "ipv4", hook: "egress", result: "found" }],
    [
      { words: [ABI.TS_NO_HOOK, 0], error: 101 },
      { family: "ipv4", hook: "", result: "missed" },
    ],
  ] as const)("a route: of %o", (row, labels) => {
    const whole: Row = { ...ROUTE_ASKED, ...row };
    const first = netfilterFibLookups.labels(whole, "blue", NAMES, undefined);
    expect(first).toEqual({ netns: "blue", ...labels });
    expect(netfilterFibLookups.labels(whole, "blue", NAMES, first)).toBe(first);
    expect(netfilterFibLookups.labels(whole, "red", NAMES, first)).toEqual({ ...first, netns: "red" });
    expect(netfilterFibLookups.folded(first)).toEqual({ ...first, netns: "other" });
    expect(netfilterFibLookups.hangsOn(whole)).toBe(0);
  });

  it("a set: its table and itself by name, as long as both are called so", () => {
    const first = netfilterSetLookups.labels(SET_ASKED, "blue", NAMES, undefined);
    expect(first).toEqual({ netns: "blue", table: "inet t7", set: "s5", result: "found" });
    expect(netfilterSetLookups.labels(SET_ASKED, "blue", NAMES, first)).toBe(first);
    const renamed = { table: "inet t7", set: "other name", isPresent: true };
    const later = netfilterSetLookups.labels(SET_ASKED, "blue", { ...NAMES, nftSet: () => renamed }, first);
    expect(later).toEqual({ ...first, set: "other name" });
    expect(netfilterSetLookups.labels({ ...SET_ASKED, error: 2 }, "blue", NAMES, undefined).result).toBe("missed");
    expect(netfilterSetLookups.folded(first)).toEqual({ ...first, netns: "other", table: "other", set: "other" });
  });

  it("a set's counts hang on the set", () => {
    expect(netfilterSetLookups.isPresent?.(SET_ASKED, NAMES)).toBe(true);
    expect(netfilterSetLookups.isPresent?.({ ...SET_ASKED, words: [7, 6] }, NAMES)).toBe(false);
  });

  it("routes are kept apart from sets", () => {
    expect([netfilterFibLookups, netfilterSetLookups].map(({ takes }) => takes?.(ROUTE_ASKED))).toEqual([true, false]);
    expect([netfilterFibLookups, netfilterSetLookups].map(({ takes }) => takes?.(SET_ASKED))).toEqual([false, true]);
  });
});

const IN_TABLE = { netns: "blue", family: "ipv6", table: "main" };
const BY_RULE = { netns: "blue", family: "ipv4" };

describe("labels beyond the limit", () => {
  it.each([
    [
      { ...IN_TABLE, egress: "eth0", result: "found" },
      { netns: "other", family: "ipv6", table: "other", egress: "other", result: "found" },
    ],
    [
      { ...IN_TABLE, egress: "", result: "throw" },
      { netns: "other", family: "ipv6", table: "other", egress: "", result: "throw" },
    ],
  ])("of routes: %j become %j", (labels, folded) => {
    expect(routeLookups.folded(labels)).toEqual(folded);
  });

  it.each([
    [
      { ...BY_RULE, priority: "100", action: "to_table", table: "main", result: "found" },
      { netns: "other", family: "ipv4", priority: "other", action: "to_table", table: "other", result: "found" },
    ],
    [
      { ...BY_RULE, priority: "100", action: "prohibit", table: "", result: "prohibit" },
      { netns: "other", family: "ipv4", priority: "other", action: "prohibit", table: "", result: "prohibit" },
    ],
    [
      { ...BY_RULE, priority: "", action: "", table: "", result: "no_route" },
      { netns: "other", family: "ipv4", priority: "", action: "", table: "", result: "no_route" },
    ],
  ])("of rules: %j become %j", (labels, folded) => {
    expect(ruleLookups.folded(labels)).toEqual(folded);
  });

  it("of lookups into tunnels keep what the tunnel is", () => {
    const labels = { ...IN_TABLE, encap: "seg6local", action: "End" };
    expect(encapLookups.folded(labels)).toEqual({ ...labels, netns: "other", table: "other" });
  });
});

describe("KINDS", () => {
  it("has each kind at the place of its word, and each label of a ratio in its counter", () => {
    const words = [
      "route",
      "rule",
      "encap",
      "neighbour",
      "fdb",
      "drop",
      "dst-cache",
      "tunnel",
      "mpls",
      "change",
      "netfilter",
      "srv6",
      "socket-cache",
    ];
    expect(KINDS.map(({ word }) => word)).toEqual(words);
    for (const { metric, ratio } of KINDS.flatMap(({ counters }) => counters)) {
      for (const label of ratio?.metric.labels ?? []) expect(metric.labels).toContain(label);
    }
  });
});
