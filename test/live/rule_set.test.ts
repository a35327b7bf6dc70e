// A router with a rule of every kind: each rule lookup is counted under the rule that decided it, and its line says which.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FAMILIES, type Family } from "../../daemon/fib/lookup.js";
import { seesRules, startBackend } from "../support/backend.js";
import {
  addRuleSet,
  causeTraffic,
  RULE_CASES,
  type RuleCase,
  SENDS,
  spell,
  targetOf,
} from "../support/cases/rule_cases.js";
import { type Lines, openLines } from "../support/lines.js";
import { createNetns, type Netns } from "../support/networks/netns.js";
import { createLine, type Line } from "../support/networks/topology.js";
import { PATIENCE } from "../support/pace.js";
import type { DaemonProcess } from "../support/processes/daemon_process.js";
import { netnsCookie, send } from "../support/traffic/send.js";
import { type Growth, keyOf, routeGrowth } from "../support/truth/growth.js";
import { ruleGrowth, ruleKey, startRuleTruth } from "../support/truth/rule_truth.js";

const NEEDS_TRAMPOLINE = "rule lookups need the trampoline backend";

interface Counted {
  readonly growth: Growth;
  readonly expected: number;
}

let daemon: DaemonProcess;
let line: Line;
let lines: Lines;
let cookie: bigint;
let untouched: Netns;
let routingBefore: string;
let traced: Growth;
let all: Growth;
const counted = new Map<string, Counted>();

beforeAll(async () => {
  if (!seesRules) return;
  untouched = await createNetns("untouched");
  await untouched.ip("link add d0 type dummy", "link set d0 up", "addr add 10.77.0.1/24 dev d0");
  routingBefore = await routing(untouched);
  daemon = await startBackend();
  line = await createLine();
  // Labels are made up for each flow otherwise; a line could not be compared.
  await line.a.sysctl({ "net.ipv6.auto_flowlabels": 0 });
  for (const family of FAMILIES) await addRuleSet(line, family);
  const truth = await startRuleTruth(line.r);
  const start = await daemon.scrape();
  let before = start;
  for (const family of FAMILIES) {
    for (const one of RULE_CASES) {
      const expected = await causeTraffic(one, family, line);
      const after = await daemon.scrape();
      counted.set(keyFor(family, one), { growth: ruleGrowth(before, after, line.r.name), expected });
      before = after;
    }
    // Refused packets from A: how often R answers depends on time, and each answer asks for routes itself.
    for (const number of [2, 3]) await send(line.a, "udp", { to: targetOf(family, number), count: SENDS });
  }
  traced = await truth.stop();
  all = ruleGrowth(start, await daemon.scrape(), line.r.name);
  cookie = await netnsCookie(line.r);
  lines = openLines({ kinds: ["rule"], families: FAMILIES, cookie });
}, 60_000 * PATIENCE);

afterAll(async () => {
  lines?.[Symbol.dispose]();
  await line?.remove();
  await untouched?.remove();
  await daemon?.stop();
});

describe("a router with rules", () => {
  test("every rule lookup is counted as the kernel's own function ended it", (context) => {
    if (!seesRules) context.skip(NEEDS_TRAMPOLINE);
    expect(all).toEqual(traced);
    for (const family of FAMILIES) {
      expect(
        all[ruleKey(family, { priority: "103", action: "prohibit", table: "", result: "prohibit" })],
      ).toBeGreaterThan(2 * SENDS - 1);
    }
  });

  describe.each(FAMILIES)("%s", (family) => {
    test.for(RULE_CASES)("$name decides and is counted", (one, context) => {
      if (!seesRules) context.skip(NEEDS_TRAMPOLINE);
      const { growth, expected } = counted.get(keyFor(family, one)) ?? { growth: {}, expected: -1 };
      expect(growth[ruleKey(family, one.decides)]).toBe(expected);
    });
  });
});

describe("lines of rule lookups", () => {
  describe.each(FAMILIES)("%s", (family) => {
    const shown = RULE_CASES.filter(({ selectors }) => selectors !== undefined);
    test.for(shown)("$name stands in the line", async (one, context) => {
      if (!seesRules) context.skip(NEEDS_TRAMPOLINE);
      const seen = await lines.during(line.r, () => causeTraffic(one, family, line, 1));
      const about = seen.filter((text) => text.includes(` dst: ${targetOf(family, one.number)} `));
      expect(about).toEqual(expectedLines(one, family));
    });
  });
});

test("without any rule at all, no rule decides", async (context) => {
  if (!seesRules) context.skip(NEEDS_TRAMPOLINE);
  await using netns = await createNetns("ruleless");
  for (const family of FAMILIES) {
    const [flag, to] = family === "ipv4" ? ["-4", "203.0.113.9"] : ["-6", "2001:db8::9"];
    // IPv6 walks the rules once one was added; taking default ones away does not count.
    const priorities = [5, 0, 32766, ...(family === "ipv4" ? [32767] : [])];
    const input = ["rule add pref 5 table 77", ...priorities.map((priority) => `rule del pref ${priority}`), ""].join(
      "\n",
    );
    await netns.exec("ip", [flag, "-batch", "-"], { input });
    expect((await netns.exec("ip", [flag, "rule"])).stdout).toBe("");
    const before = await daemon.scrape();
    expect((await send(netns, "udp", { to, count: SENDS })).errors).toEqual({ ENETUNREACH: SENDS });
    const after = await daemon.scrape();
    const none = ruleKey(family, { priority: "", action: "", table: "", result: "no_route" });
    expect(ruleGrowth(before, after, netns.name)).toEqual({ [none]: family === "ipv6" ? 2 * SENDS : SENDS });
    expect(routeGrowth(before, after, netns.name)).toEqual({});
  }
});

test("running the daemon changes no rule and no route, and does not split local from main", async (context) => {
  if (!seesRules) context.skip(NEEDS_TRAMPOLINE);
  const start = await daemon.scrape();
  await untouched.exec("ip", ["route", "get", "10.77.0.1"]);
  const growth = routeGrowth(start, await daemon.scrape(), untouched.name);
  expect(await routing(untouched)).toBe(routingBefore);
  // Local routes are looked up in main until the first rule is added or deleted, even if it is taken back.
  expect(growth).toEqual({ [keyOf("ipv4", "main", "d0", "found")]: 1 });
  await daemon.stop();
  expect(await routing(untouched)).toBe(routingBefore);
});

function keyFor(family: string, { number }: RuleCase): string {
  return `${family} ${number}`;
}

/** Each that a lookup may have caused: sends of the router look up twice, without and with the source found. */
/** What one act of the case's traffic prints about its destination. */
function expectedLines(one: RuleCase, family: Family): string[] {
  const flow = flowOf(one, family);
  const asksAgain = one.by === "sending" && family === "ipv6" && one.decides.result !== "found";
  const sources = asksAgain ? [flow.source, line.address.ra[family]] : [flow.source];
  const [digit, label] = family === "ipv4" ? ["4", ""] : ["6", "flowlabel: 0 "];
  return sources.map(
    (source) =>
      `netns: ${cookie} iif: ${flow.iif} oif: ${flow.oif} dscp: ${flow.dscp} ${label}` +
      `rule${digit}: src: ${source}  dst: ${targetOf(family, one.number)} ${decision(one, family)}`,
  );
}

function flowOf({ by }: RuleCase, family: Family) {
  const fromA = { iif: "r-a", oif: "-", dscp: 0, source: line.address.a[family] };
  const own = { iif: "lo", oif: "-", dscp: 0, source: family === "ipv4" ? "0.0.0.0" : "::" };
  if (by === "forwarding") return fromA;
  if (by === "sending") return own;
  // tos 0x10 is dscp 4.
  if ("pinging" in by) return { ...fromA, dscp: 4 };
  return by.asking.startsWith("oif") ? { ...own, oif: "r-b" } : { ...own, dscp: 4 };
}

function decision(one: RuleCase, family: Family): string {
  const { priority, action, table, result } = one.decides;
  if (priority === "") return "";
  const selectors = one.selectors ? ` ${spell(one.selectors, one, family, line)}` : "";
  if (result !== "found" && action === "to_table")
    return `pref: ${priority} table: ${table}${selectors} result: ${result}`;
  if (result !== "found") return `pref: ${priority} action: ${result}${selectors}`;
  return `--> pref: ${priority} table: ${table === "main" ? "254" : table}${selectors}`;
}

async function routing(netns: Netns): Promise<string> {
  const asked = ["-4 rule", "-6 rule", "-4 route show table all", "-6 route show table all"];
  const answers = await Promise.all(asked.map((words) => netns.exec("ip", words.split(" "))));
  return answers.map(({ stdout }) => stdout).join("\n");
}
