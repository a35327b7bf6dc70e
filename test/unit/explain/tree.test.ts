import { describe, expect, test } from "vitest";
import { decisionText, type TreeLookup } from "../../../daemon/explain/tree.js";
import { route, rule } from "./lookups.js";

const BLUE = { netns: { name: "blue", inode: 7 } };

function table(id: number, rest: Parameters<typeof route>[1] & { readonly gateway?: string } = {}): TreeLookup {
  return { ...route(id, { decision: 7, ...rest }), gateway: rest.gateway ?? null, ...BLUE };
}

function walk(...[priority, rest]: Parameters<typeof rule>): TreeLookup {
  return { ...rule(priority, { decision: 7, ...rest }), selectors: { fwmark: "0x7", l3mdev: true }, ...BLUE };
}

describe("the text of a decision", () => {
  test("has the tables in their order, the rule before the one it led to, and the verdict last", () => {
    const found = table(1234, { egress: "eth0", gateway: "10.0.0.1", prefix: "192.0.2.0/24", mark: 7 });
    const decided = walk(100, { table: { id: 1234, name: null } });
    expect(decisionText([table(255, { mark: 7 }), found, decided])).toBe(`192.0.2.1 mark 0x7 in blue
  table local: no route
  rule 100: from all fwmark 0x7 l3mdev lookup 1234
  table 1234: 192.0.2.0/24
Routed via 10.0.0.1 on eth0 by 192.0.2.0/24 of table 1234.
`);
  });

  test.each<[string, readonly TreeLookup[]]>([
    ["Not routed: no table has a route to 192.0.2.1.", [table(255), table(254)]],
    [
      "Not routed: rule 101 drops it silently (blackhole).",
      [table(255), walk(101, { action: "blackhole", result: "blackhole" })],
    ],
    ["Not routed: no table has a route to 192.0.2.1.", [table(255), walk(null, { action: null, result: "no_route" })]],
    [
      "Not routed: 192.0.2.0/24 of table main refuses it (prohibit).",
      [table(254, { result: "prohibit", prefix: "192.0.2.0/24" })],
    ],
    [
      "Delivered here by 192.0.2.1/32 of table local.",
      [table(255, { egress: "eth0", type: "local", prefix: "192.0.2.1/32" })],
    ],
    ["Routed by a route of table main, over one of several nexthops.", [table(254, { egress: "multipath" })]],
    [
      "Routed into seg6 encapsulation on eth0 by a route of table main.",
      [table(254, { egress: "eth0", encap: { type: "seg6" } })],
    ],
  ])("ends in: %s", (verdict, lookups) => {
    expect(decisionText(lookups).trimEnd().split("\n").at(-1)).toBe(verdict);
  });

  test("has no verdict where it is not known what else was looked up", () => {
    expect(decisionText([table(254, { egress: "eth0", decision: null, iif: "eth1", src: "10.0.0.9" })])).toBe(
      "192.0.2.1 from 10.0.0.9 iif eth1 in blue\n  table main: found\n",
    );
  });
});
