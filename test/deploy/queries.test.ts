// Every query of the dashboards and every selector of the rules, asked of a Prometheus that scraped our daemon while
// packets found routes, found none, were refused, and had routes that led nowhere: each must bring rows.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BACKEND } from "../support/backend.js";
import { createLine, type Line } from "../support/networks/topology.js";
import { startTraffic } from "../support/traffic/steady.js";
import { waitUntil } from "../support/wait_until.js";
import { fillIn, panelQueries, readDashboards } from "./dashboards.js";
import { readExpression } from "./promql.js";
import { hurry, IS_ROOT, type Rule, readRules, type Stage, startStage } from "./stage.js";
import { startTroubles } from "./troubled_network.js";

/** Why a selector or a query on it may rightly find nothing; empty if it may not. */
function whyEmpty(expression: string): string {
  for (const { metric } of readExpression(expression).selectors) {
    if (metric === "ALERTS") return "whether an alert fires is not this test's matter";
    if (metric === "tablesnoop_counter_overflow_total") return "shown once the kernel's map is full";
    if (metric === "tablesnoop_mpls_no_route_total") return "shown for devices that take labels, and there are none";
    if (BACKEND === "tracepoint" && /^tablesnoop_rule_|_priority_action:/.test(metric)) {
      return "this backend sees no rules";
    }
  }
  return "";
}

describe.skipIf(!IS_ROOT)("a Prometheus that scraped us (skipped without root)", () => {
  let line: Line;
  let stage: Stage;
  let traffic: AsyncDisposable;
  let troubles: AsyncDisposable;
  let rules: Rule[] = [];

  beforeAll(async () => {
    line = await createLine({ rpFilter: 1 });
    const { b, nowhere } = line.address;
    await line.r.ip(
      "route add prohibit 10.250.0.0/24",
      "route add blackhole 10.250.1.0/24",
      "route add unreachable fd74:fa::/64",
    );
    stage = await startStage();
    traffic = startTraffic(line.a, [
      b.ipv4,
      b.ipv6,
      nowhere.ipv4,
      nowhere.ipv6,
      "10.250.0.1",
      "10.250.1.1",
      "fd74:fa::1",
    ]);
    troubles = await startTroubles(line);
    rules = await readRules(stage.prometheus);
    await waitUntil(
      "the last rules have something to tell of the past",
      async () => {
        const past = await stage.prometheus.query("netns_family_table_result:tablesnoop_rejected:past1h > 0");
        const gone = await stage.prometheus.query(
          `netns_family:tablesnoop_no_route:past1h{netns="${line.r.name}"} > 0`,
        );
        const dead = await stage.prometheus.query(
          `netns_family_device:tablesnoop_neighbour_failed:past1h{netns="${line.r.name}", device="r-b"} > 0`,
        );
        return past.length > 0 && gone.length === 2 && dead.length > 0;
      },
      { timeoutMs: 90_000, intervalMs: 500 },
    );
  });
  afterAll(async () => {
    await troubles?.[Symbol.asyncDispose]();
    await traffic?.[Symbol.asyncDispose]();
    await stage?.[Symbol.asyncDispose]();
    await line?.remove();
  });

  it.each(panelQueries().map(({ title, expr }) => [title, expr] as const))("has rows for %s", async (_title, expr) => {
    const expression = hurry(fillIn(expr, "5m"));
    const rows = await stage.prometheus.query(expression);
    if (whyEmpty(expression) === "") expect(rows, expression).not.toEqual([]);
    for (const { value } of rows) expect(value, expression).not.toBeNaN();
  });

  it("has rows for every recording rule, labelled as its name says", async () => {
    for (const { name, query } of rules.filter(({ type }) => type === "recording")) {
      const rows = await stage.prometheus.query(name);
      if (whyEmpty(query) === "" || name.includes(":tablesnoop_refused:")) expect(rows, name).not.toEqual([]);
      const level = name.replace(/:.*/, "").split("_");
      for (const { metric } of rows) {
        expect(Object.keys(metric).sort(), name).toEqual(
          [...new Set(["__name__", "job", "instance", ...level])].sort(),
        );
      }
    }
  });

  it("has rows for every selector of every alert", async () => {
    for (const { name, query } of rules.filter(({ type }) => type === "alerting")) {
      for (const { text } of readExpression(query).selectors) {
        if (whyEmpty(text) === "") expect(await stage.prometheus.query(text), `${name}: ${text}`).not.toEqual([]);
      }
    }
  });

  it("offers values for every template variable", async () => {
    for (const { definition = "" } of readDashboards().flatMap(({ templating }) => templating.list)) {
      const [, selector = "", label = ""] = /^label_values\((.*), (\w+)\)$/.exec(definition) ?? [];
      if (selector === "") continue;
      const rows = await stage.prometheus.query(`count by (${label}) (${fillIn(selector, "5m")})`);
      expect(rows.map(({ metric }) => metric[label]).filter(Boolean), definition).not.toEqual([]);
    }
  });

  it("tells the namespace and the table in which lookups fail", async () => {
    const query = panelQueries().find(({ title }) => title.includes("Which tables fail?"));
    const rows = await stage.prometheus.query(hurry(fillIn(query?.expr ?? "", "5m", { netns: line.r.name })));
    const failures = rows.map(({ metric: { family, table, result } }) => `${family} ${table} ${result}`);
    expect(failures).toEqual(
      expect.arrayContaining(["ipv4 main prohibit", "ipv4 main blackhole", "ipv6 main unreachable"]),
    );
  });
});
