// The texts are what iproute2 6.1 printed of real routes, rules and neighbours.

import { describe, expect, test } from "vitest";
import { parseNeighbour, parseRoutes, parseRules } from "../../../daemon/explain/replies.js";

const HOP = { gateway: null, device: null, weight: null, encap: null };

describe("a route", () => {
  test("via a gateway has one hop; what is not said is unicast in main", () => {
    const text =
      '[{"dst":"10.78.0.0/16","gateway":"10.77.1.2","dev":"va","prefsrc":"10.77.1.1","flags":[],"uid":0,"cache":[]}]';
    expect(parseRoutes(text)).toEqual([
      {
        prefix: "10.78.0.0/16",
        type: "unicast",
        table: null,
        source: "10.77.1.1",
        hops: [{ ...HOP, gateway: "10.77.1.2", device: "va" }],
      },
    ]);
  });

  test("via several nexthops has them all", () => {
    const text =
      '[{"dst":"default","flags":[],"nexthops":[{"gateway":"10.77.1.2","dev":"va","weight":1,"flags":[]},{"via":{"family":"inet6","host":"fe80::2"},"dev":"vc","weight":3,"flags":["linkdown"]}]}]';
    expect(parseRoutes(text)[0]).toMatchObject({
      prefix: "default",
      hops: [
        { ...HOP, gateway: "10.77.1.2", device: "va", weight: 1 },
        { ...HOP, gateway: "fe80::2", device: "vc", weight: 3 },
      ],
    });
  });

  test("has its type and its table", () => {
    const text =
      '[{"type":"broadcast","dst":"10.77.1.255","dev":"va","table":"local","flags":[],"cache":["local","brd"]}]';
    expect(parseRoutes(text)[0]).toMatchObject({ type: "broadcast", table: "local" });
  });

  test("into a tunnel keeps its own destination, though the tunnel's has the same key behind it", () => {
    const text =
      '[{"dst":"10.84.0.0/16","encap":"ip","id":7,"src":"0.0.0.0","dst":"10.77.1.2","ttl":0,"tos":0,"dev":"va","scope":"link","flags":[]},{"type":"blackhole","dst":"10.85.0.0/16","flags":[]}]';
    expect(parseRoutes(text)).toMatchObject([
      { prefix: "10.84.0.0/16", hops: [{ ...HOP, encap: "ip", device: "va" }] },
      { prefix: "10.85.0.0/16", type: "blackhole" },
    ]);
  });

  test("is none of an empty answer", () => {
    expect(parseRoutes("")).toEqual([]);
    expect(parseRoutes("[ ]\n")).toEqual([]);
  });

  test.each(["10.0.0.0/8 dev va", "{}", "[{"])("cannot be read of %j", (text) => {
    expect(() => parseRoutes(text)).toThrow(/ip -j printed no JSON/);
  });
});

describe("rules", () => {
  test.each<[string, string, string | null, string | null]>([
    ['{"priority":0,"src":"all","table":"local"}', "from all lookup local", "local", null],
    [
      '{"priority":499,"src":"all","dst":"10.87.0.0","dstlen":16,"tos":"0x10","fwmark":"0x7","fwmask":"0xff","iif":"va","table":"100"}',
      "from all to 10.87.0.0/16 tos 0x10 fwmark 0x7/0xff iif va lookup 100",
      ...(["100", null] as const),
    ],
    ['{"priority":501,"src":"fd00::","srclen":8,"action":"prohibit"}', "from fd00::/8 prohibit", null, "prohibit"],
    ['{"priority":600,"src":"all","dst":"10.91.0.1","goto":32766}', "from all to 10.91.0.1 goto 32766", null, "goto"],
    ['{"priority":601,"src":"all","nop":null}', "from all nop", null, "nop"],
    [
      '{"priority":602,"not":null,"src":"10.0.0.0","srclen":8,"uid_start":5,"uid_end":9,"sport":7,"table":"100","suppress_prefixlen":0}',
      "not from 10.0.0.0/8 sport 7 suppress_prefixlen 0 uidrange 5-9 lookup 100",
      ...(["100", null] as const),
    ],
  ])("of %s are said in the words of ip rule", (json, text, table, action) => {
    expect(parseRules(`[${json}]`)).toEqual([{ priority: JSON.parse(json).priority, text, table, action }]);
  });
});

describe("a neighbour", () => {
  test("has its state and its address", () => {
    expect(parseNeighbour('[{"dst":"10.77.1.2","lladdr":"e2:bc:57:1e:d0:02","state":["REACHABLE"]}]')).toEqual({
      states: ["REACHABLE"],
      lladdr: "e2:bc:57:1e:d0:02",
    });
  });

  test("that failed has no address, and one that is not known no state", () => {
    expect(parseNeighbour('[{"dst":"10.77.1.7","state":["FAILED"]}]')).toEqual({ states: ["FAILED"], lladdr: null });
    expect(parseNeighbour("[]\n")).toEqual({ states: [], lladdr: null });
  });
});
