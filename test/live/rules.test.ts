// Rule lookups are counted by the rule that decided, where the backend can see them; where it cannot, it says so and
// shows no such series.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seesRules, startBackend } from "../support/backend.js";
import { createPair, type Pair } from "../support/networks/topology.js";
import { PATIENCE } from "../support/pace.js";
import type { DaemonProcess } from "../support/processes/daemon_process.js";
import { send } from "../support/traffic/send.js";
import { delta, type Sample, value } from "../support/truth/scrape.js";

const SENDS = 23;
const RULES = "tablesnoop_rule_lookups_total";

const CASES = [
  { name: "an unreachable rule", rule: "unreachable", action: "unreachable", table: "", result: "unreachable" },
  { name: "a prohibit rule", rule: "prohibit", action: "prohibit", table: "", result: "prohibit" },
  { name: "a blackhole rule", rule: "blackhole", action: "blackhole", table: "", result: "blackhole" },
  {
    name: "a rule to a table that has a route",
    rule: "table 1234",
    action: "to_table",
    table: "1234",
    result: "found",
  },
  { name: "no rule", rule: undefined, action: "", table: "", result: "no_route" },
] as const;

let daemon: DaemonProcess;
let pair: Pair;

beforeAll(async () => {
  daemon = await startBackend();
  pair = await createPair();
}, 60_000 * PATIENCE);

afterAll(async () => {
  await pair?.remove();
  await daemon?.stop();
});

test("the probe of rule lookups is shown as what it is", async () => {
  const attached = value(await daemon.scrape(), "tablesnoop_probe_attached", { probe: "fib_rules_lookup" });
  expect(attached).toBe(seesRules ? 1 : 0);
});

describe.each(["ipv4", "ipv6"] as const)("%s", (family) => {
  test.each(CASES.map((one, at) => ({ ...one, priority: 100 + at })))(
    "lookups that $name decides are counted under it",
    async ({ rule, action, table, result, priority }) => {
      const to = pair.address.nowhere[family].replace(/7$/, String(priority));
      if (rule !== undefined) await ip(`rule add pref ${priority} to ${to} ${rule}`);
      if (table !== "") await ip(`route add ${to} via ${pair.address.peer[family]} table ${table}`);
      const before = await daemon.scrape();
      await send(pair.host, "udp", { to, count: SENDS });
      const after = await daemon.scrape();

      const labels = { netns: pair.host.name, family, action, table, result };
      const decided = delta(before, after, RULES, {
        ...labels,
        priority: rule === undefined ? "" : String(priority),
      });
      if (!seesRules) {
        expect(after.filter(({ name }: Sample) => name === RULES)).toEqual([]);
        return;
      }
      // A refused IPv6 send asks again with the source it would have had.
      expect(decided).toBe(family === "ipv6" && result !== "found" ? 2 * SENDS : SENDS);
    },
  );

  function ip(line: string) {
    return pair.host.exec("ip", [family === "ipv6" ? "-6" : "-4", ...line.split(" ")]);
  }
});
