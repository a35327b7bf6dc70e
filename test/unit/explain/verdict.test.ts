import { describe, expect, test } from "vitest";
import type { NeighbourStep, TableStep } from "../../../daemon/explain/explanation.js";
import type { KernelRoute, Rule } from "../../../daemon/explain/replies.js";
import { type Findings, verdictOf } from "../../../daemon/explain/verdict.js";

const QUESTION = { destination: "192.0.2.1", family: "ipv4" } as const;
const RECEIVED = { ...QUESTION, from: "192.0.2.9", iif: "eth1" };

function table(result: TableStep["result"], prefix: string | null = null): TableStep {
  const main = { id: 254, name: "main" };
  return { step: "table", table: main, result, suppressed: false, prefix, type: null, by: null };
}

function answer(rest: Partial<KernelRoute> = {}, gateway: string | null = "10.0.0.1"): KernelRoute {
  const hops = [{ gateway, device: "eth0", weight: null, encap: null }];
  return { prefix: "192.0.2.1", type: "unicast", table: null, source: null, hops, ...rest };
}

function neighbour(state: string): NeighbourStep {
  return { step: "neighbour", address: "10.0.0.1", device: "eth0", state, lladdr: null };
}

function verdict(findings: Partial<Findings>) {
  return verdictOf({ question: QUESTION, refused: "", tables: [], rules: [], encap: null, removed: null, ...findings });
}

const FOUND = [table("no_route"), table("found", "192.0.2.0/24")];
const BLACKHOLE: Rule = { priority: 501, text: "from all blackhole", table: null, action: "blackhole" };

describe("a packet that is routed", () => {
  test.each<[string, Partial<Findings>]>([
    ["Routed via 10.0.0.1 on eth0 by 192.0.2.0/24 of table main.", { answer: answer() }],
    ["Routed to 192.0.2.1 itself on eth0 by 192.0.2.0/24 of table main.", { answer: answer({}, null) }],
    [
      "Routed into seg6 encapsulation on eth0 by 192.0.2.0/24 of table main.",
      { answer: answer({}, null), encap: "seg6" },
    ],
    [
      "Routed via 10.0.0.1 into mpls encapsulation on eth0 by 192.0.2.0/24 of table main.",
      { answer: answer(), encap: "mpls" },
    ],
    ["Delivered here by 192.0.2.0/24 of table main.", { answer: answer({ type: "local" }, null) }],
    ["Sent as broadcast on eth0 by 192.0.2.0/24 of table main.", { answer: answer({ type: "broadcast" }, null) }],
    [
      "Routed via 10.0.0.1 on eth0 by 192.0.2.0/24 of table main, but the neighbour 10.0.0.1 does not answer.",
      { answer: answer(), neighbour: neighbour("failed") },
    ],
    [
      "Routed via 10.0.0.1 on eth0 by 192.0.2.0/24 of table main, but the neighbour 10.0.0.1 has not answered yet.",
      { answer: answer(), neighbour: neighbour("incomplete") },
    ],
    [
      "Routed to 192.0.2.1 itself on eth0 only because --oif was given: no table has a route.",
      { answer: answer({}, null), tables: [table("no_route")], question: { ...QUESTION, oif: "eth0" } },
    ],
    ["Routed via 10.0.0.1 on eth0.", { answer: answer(), tables: [] }],
  ])("%s", (sentence, findings) => {
    expect(verdict({ tables: FOUND, ...findings })).toEqual({ routed: true, result: "found", sentence });
  });
});

describe("a packet that is not routed", () => {
  const ruled = {
    step: "rule",
    priority: 501,
    rule: "from all blackhole",
    action: "blackhole",
    result: "blackhole",
  } as const;

  test.each<[TableStep["result"], string, Partial<Findings>]>([
    [
      "no_route",
      "no table has a route to 192.0.2.1",
      { refused: "Network is unreachable", tables: [table("no_route")] },
    ],
    [
      "blackhole",
      "192.0.2.0/24 of table main drops it silently (blackhole)",
      { refused: "Invalid argument", tables: [table("no_route"), table("blackhole", "192.0.2.0/24")] },
    ],
    [
      "prohibit",
      "a route of table main refuses it (prohibit)",
      { refused: "Permission denied", tables: [table("prohibit")] },
    ],
    ["blackhole", "rule 501 drops it silently (blackhole)", { refused: "Invalid argument", rule: ruled }],
    [
      "blackhole",
      "no table rejects it, so that a rule does (blackhole): rule 501 is the only one that may",
      { refused: "Invalid argument", tables: [table("no_route")], rules: [BLACKHOLE] },
    ],
    [
      "blackhole",
      "no table rejects it, so that a rule does (blackhole): one of the rules 501, 502",
      { refused: "Invalid argument", tables: [table("no_route")], rules: [BLACKHOLE, { ...BLACKHOLE, priority: 502 }] },
    ],
    [
      "no_route",
      "no table has a route to 192.0.2.1, or an unreachable rule decided, such as rule 501",
      {
        refused: "Network is unreachable",
        tables: [table("no_route")],
        rules: [{ ...BLACKHOLE, action: "unreachable" }],
      },
    ],
    [
      "error",
      "there is a route, but eth1 does not forward",
      { refused: "No route to host", tables: FOUND, question: RECEIVED },
    ],
    [
      "no_route",
      "no table has a route to 192.0.2.1, and eth1 does not forward",
      { refused: "No route to host", tables: [table("no_route")], question: RECEIVED },
    ],
    [
      "error",
      "there is a route, but a packet from 192.0.2.9 is not taken from eth1 (rp_filter, or an address that none may come from)",
      { refused: "Invalid cross-device link", tables: FOUND, question: RECEIVED },
    ],
    [
      "no_route",
      "no lookup was seen: is 192.0.2.9 an address of the namespace? For a packet from elsewhere give --iif",
      { refused: "Network is unreachable", question: { ...QUESTION, from: "192.0.2.9" } },
    ],
    ["error", "no lookup was seen, and the kernel answers: Out of memory", { refused: "Out of memory" }],
  ])("%s: %s", (result, why, findings) => {
    expect(verdict(findings)).toEqual({ routed: false, result, sentence: `Not routed: ${why}.` });
  });
});
