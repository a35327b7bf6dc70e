import { describe, expect, test } from "vitest";
import { decisions, isFor, type Seen } from "../../../daemon/explain/decision.js";
import type { KernelRoute } from "../../../daemon/explain/replies.js";
import { route, rule } from "./lookups.js";

const QUESTION = { destination: "192.0.2.1", family: "ipv4" } as const;
const answer = (device: string, table: string | null = null, type = "unicast"): KernelRoute => ({
  ...{ prefix: "192.0.2.1", type, table, source: null },
  hops: [{ gateway: null, device, weight: null, encap: null }],
});

/** Each by the tables tried, and the rule. */
function shape(seen: readonly Seen[], of?: KernelRoute) {
  return decisions(seen, of).map(({ tables, rule: decided }) => [
    ...tables.map(({ table }) => table.id),
    ...(decided === undefined ? [] : [`rule ${decided.priority}`]),
  ]);
}

describe("a lookup is for the question", () => {
  test.each<[string, Partial<Parameters<typeof isFor>[0]>, Parameters<typeof route>[1], boolean]>([
    ["as it is", {}, {}, true],
    ["to another destination", {}, { dst: "192.0.2.2" }, false],
    ["by a socket that has its source", {}, { src: "192.0.2.9" }, false],
    ["from the source that is asked for", { from: "192.0.2.9" }, { src: "192.0.2.9" }, true],
    ["from another source", { from: "192.0.2.9" }, { src: "192.0.2.8" }, false],
    ["with another mark", { mark: 7 }, {}, false],
    ["with the mark", { mark: 7 }, { mark: 7 }, true],
    ["of a packet that is received", {}, { iif: "eth0" }, false],
    ["received, where that is asked", { iif: "eth0", from: "192.0.2.9" }, { iif: "red", src: "192.0.2.9" }, true],
    ["sent, where a received one is asked for", { iif: "eth0", from: "192.0.2.9" }, { src: "192.0.2.9" }, false],
    ["with the DSCP", { dscp: 46 }, { dscp: 46 }, true],
    ["with the DSCP as old kernels see it", { dscp: 46 }, { dscp: 6 }, true],
    ["with another DSCP", { dscp: 46 }, { dscp: 0 }, false],
  ])("%s", (_, question, seen, is) => {
    expect(isFor({ ...QUESTION, ...question }, route(254, seen))).toBe(is);
  });

  test("to a multicast destination, for which the kernel has chosen the source", () => {
    const seen = route(254, { dst: "224.0.0.251", src: "192.0.2.9" });
    expect(isFor({ ...QUESTION, destination: "224.0.0.251" }, seen)).toBe(true);
  });
});

describe("decisions", () => {
  test("end with the walk of the rules, where that is seen", () => {
    const one = [route(255), route(100, { egress: "eth0" }), route(254, { egress: "eth1" }), rule(32766)];
    expect(shape([...one, ...one], answer("eth0"))).toEqual([
      [255, 100, 254, "rule 32766"],
      [255, 100, 254, "rule 32766"],
    ]);
  });

  test("are told by their numbers where the probes know them, however they are mixed", () => {
    const seen = [
      route(255, { decision: 7 }),
      route(255, { decision: 8 }),
      route(254, { decision: 7 }),
      route(254, { decision: 8 }),
      rule(32766, { decision: 7 }),
      rule(500, { decision: 8 }),
    ];
    expect(shape(seen)).toEqual([
      [255, 254, "rule 32766"],
      [255, 254, "rule 500"],
    ]);
    expect(shape([route(254, { decision: 7 }), route(254, { decision: 8 })])).toEqual([[254], [254]]);
  });

  test("of a rule that rejects have no table of its own", () => {
    expect(shape([route(255), rule(501, { action: "blackhole", result: "blackhole" })])).toEqual([[255, "rule 501"]]);
  });

  test("end with the answer where rules are not seen", () => {
    const one = [route(255), route(254, { egress: "eth0" })];
    expect(shape([...one, ...one], answer("eth0"))).toEqual([
      [255, 254],
      [255, 254],
    ]);
  });

  test("go on after a route that is not the answer: its rule suppressed it", () => {
    const seen = [route(255), route(254, { egress: "eth0" }), route(51820, { egress: "wg0" })];
    expect(shape(seen, answer("wg0", "51820"))).toEqual([[255, 254, 51820]]);
  });

  test("go on where only the table differs from the answer's", () => {
    const seen = [route(254, { egress: "eth0" }), route(100, { egress: "eth0" }), route(254, { egress: "eth0" })];
    expect(shape(seen, answer("eth0", "100"))).toEqual([[254, 100], [254]]);
  });

  test("end with a route of several nexthops, and with one to this machine", () => {
    expect(shape([route(254, { egress: "multipath" }), route(100)], answer("eth0"))).toEqual([[254], [100]]);
    expect(shape([route(254, { egress: "eth0" }), route(100)], answer("lo", null, "local"))).toEqual([[254], [100]]);
  });

  test("end with a route that rejects, but not with throw", () => {
    const seen = [route(255), route(100, { result: "throw" }), route(254, { result: "prohibit" }), route(255)];
    expect(shape(seen)).toEqual([[255, 100, 254], [255]]);
  });

  test("that find nothing end where the next begins", () => {
    expect(shape([route(255), route(254), route(255), route(254)])).toEqual([
      [255, 254],
      [255, 254],
    ]);
    expect(shape([route(254), route(254)])).toEqual([[254], [254]]);
    expect(shape([])).toEqual([]);
  });
});
