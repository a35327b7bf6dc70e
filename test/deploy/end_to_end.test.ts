// From a route that goes away to an alert, and back: real traffic, our daemon, a real Prometheus with our rules. The
// namespace A loses its default route while it keeps sending; the other namespaces stay well.

import { expect, test } from "vitest";
import { createLine } from "../support/networks/topology.js";
import { startTraffic } from "../support/traffic/steady.js";
import { waitUntil } from "../support/wait_until.js";
import { fillIn, panelQueries } from "./dashboards.js";
import { hurry, IS_ROOT, stageMs, startStage } from "./stage.js";

const ALERT = 'ALERTS{alertname="TablesnoopNoRouteSpike", alertstate="firing"}';
const LOST = 'ALERTS{alertname="TablesnoopDefaultRouteLost", alertstate="firing"}';
/** Scrapes, evaluations and a busy machine. */
const SLACK_MS = 10_000;

test.skipIf(!IS_ROOT)(
  "a lost default route fires the alert in time, which resolves once it is back (skipped without root)",
  async () => {
    await using line = await createLine();
    const { b, ra } = line.address;
    await using stage = await startStage();
    await using _traffic = startTraffic(line.a, [b.ipv4]);
    const { query } = stage.prometheus;
    const names = [line.a, line.r, line.b].map(({ name }) => name);
    const isOurs = ({ metric: { netns = "" } }: { readonly metric: Readonly<Record<string, string>> }) =>
      names.includes(netns);
    const firing = async () => (await query(ALERT)).filter(isOurs).map(({ metric }) => metric);
    const past = `netns_family:tablesnoop_no_route:past1h{netns="${line.a.name}", family="ipv4"}`;
    await waitUntil("a past is known", async () => (await query(past)).length > 0, {
      timeoutMs: 60_000,
      intervalMs: 250,
    });
    await waitUntil("packets are routed", async () => {
      const found = `netns_family:tablesnoop_routed:rate5m{netns="${line.a.name}", family="ipv4"}`;
      return (await query(found)).some(({ value }) => value > 5);
    });
    expect(await firing()).toEqual([]);

    await line.a.ip(`route del default via ${ra.ipv4}`);
    const lost = await waitUntil("the default route is missed", async () => {
      const now = (await query(LOST)).filter(({ metric: { netns } }) => netns === line.a.name);
      return now.length > 0 && now;
    });
    expect(lost.map(({ metric: { family, table, severity } }) => [family, table, severity])).toEqual([
      ["ipv4", "main", "critical"],
    ]);
    const alerts = await waitUntil(
      "the alert fires, warning and critical",
      async () => {
        const now = await firing();
        return now.length >= 2 && now;
      },
      { timeoutMs: stageMs("5m") + stageMs("2m") + SLACK_MS, intervalMs: 250 },
    );
    const where = { netns: line.a.name, family: "ipv4", instance: stage.daemon.url.replace("http://", "") };
    expect(alerts.map(({ severity }) => severity).sort()).toEqual(["critical", "warning"]);
    for (const alert of alerts) expect(alert).toMatchObject(where);

    const answers = async (title: string) => {
      const found = panelQueries().find((panel) => panel.title.includes(title));
      if (found === undefined) throw new Error(`ask the dashboards: no panel ${title}`);
      return query(hurry(fillIn(found.expr, "5m")));
    };
    expect((await answers("Which namespaces lose packets")).filter(isOurs).map(({ metric }) => metric)).toEqual([
      { ...where, direction: "out" },
    ]);
    expect((await answers("Which tables fail?")).map(({ metric }) => metric)).toContainEqual({
      ...where,
      table: "main",
      result: "no_route",
    });
    expect((await answers("How many alerts are firing?"))[0]?.value).toBeGreaterThanOrEqual(2);

    await line.a.ip(`route add default via ${ra.ipv4}`);
    await waitUntil("the alert resolves", async () => (await firing()).length === 0, {
      timeoutMs: stageMs("15m") + stageMs("5m") + SLACK_MS,
      intervalMs: 250,
    });
    const missed = (await query(LOST)).filter(({ metric: { netns } }) => netns === line.a.name);
    expect(missed).toEqual([]);
  },
);
