// Hundreds of routers below one Prometheus: the fleet dashboard names those that fail and no other, and the rules are
// evaluated in time.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createLine } from "../support/networks/topology.js";
import { startDaemon } from "../support/processes/daemon_process.js";
import { projectPath } from "../support/project_path.js";
import { startTraffic } from "../support/traffic/steady.js";
import { startPrometheus } from "../support/truth/promtool.js";
import { parseExposition } from "../support/truth/scrape.js";
import { waitUntil } from "../support/wait_until.js";
import { fillIn, panelQueries } from "./dashboards.js";
import { type Loss, routerName, startFleet } from "./simulated_fleet.js";
import { IS_ROOT } from "./stage.js";

const ROUTERS = 300;
/** Routers that fail, spread over the fleet; each loses half as much as the one before, far apart for a rate of few samples. */
const FAILING = [3, 41, 59, 113, 199, 241, 283];

test.skipIf(!IS_ROOT)(
  `of ${ROUTERS} routers, the dashboard ranks those that lose packets (skipped without root)`,
  async () => {
    const { exposition, netns } = await realExposition();
    const losses = FAILING.map(
      (router, rank): Loss => ({ router, netns, family: "ipv4", packetsPerSecond: 500 * 2 ** (FAILING.length - rank) }),
    );
    await using fleet = await startFleet(ROUTERS, exposition, losses);
    const folder = mkdtempSync(join(tmpdir(), "tablesnoop-fleet-"));
    try {
      const discovery = join(folder, "routers.json");
      writeFileSync(discovery, JSON.stringify(fleet.targets));
      await using prometheus = await startPrometheus(configuration(discovery));
      const { query } = prometheus;
      const ask = (question: string) => {
        const panel = panelQueries().find(({ title }) => title.startsWith(`fleet.json: ${question}`));
        if (panel === undefined) throw new Error(`ask the fleet dashboard: no panel ${question}`);
        return query(fillIn(panel.expr, "5m"));
      };

      await waitUntil(
        "every failing router is ranked",
        async () => (await ask("Which routers and namespaces lose most packets?")).length >= FAILING.length,
        { timeoutMs: 90_000, intervalMs: 1_000 },
      );
      const ranked = (await ask("Which routers and namespaces lose most packets?"))
        .sort((one, other) => other.value - one.value)
        .map(({ metric: { instance, netns: where, family } }) => ({ instance, where, family }));
      expect(ranked).toEqual(FAILING.map((router) => ({ instance: routerName(router), where: netns, family: "ipv4" })));
      expect((await ask("How many routers are watched?"))[0]?.value).toBe(ROUTERS);
      expect((await ask("How many routers lose packets?"))[0]?.value).toBe(FAILING.length);

      const own = parseExposition(await (await fetch(`${prometheus.url}/metrics`)).text());
      const figure = (name: string) =>
        Math.max(...own.filter((sample) => sample.name === name).map(({ value }) => value));
      const evaluation = figure("prometheus_rule_group_last_duration_seconds");
      const megabytes = Math.round(figure("process_resident_memory_bytes") / 1e6);
      const series = figure("prometheus_tsdb_head_series");
      process.stdout.write(
        `fleet: ${ROUTERS} routers, ${series} series, rules evaluated in ${evaluation.toFixed(2)} s, Prometheus ${megabytes} MB\n`,
      );
      expect(evaluation).toBeLessThan(15);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);

/** What a real daemon serves after packets found routes and found none, and the namespace in it that lost some. */
async function realExposition(): Promise<{ readonly exposition: string; readonly netns: string }> {
  await using line = await createLine();
  await using daemon = await startDaemon();
  await using _traffic = startTraffic(line.a, [line.address.b.ipv4, line.address.b.ipv6, line.address.nowhere.ipv4]);
  const exposition = await waitUntil("the daemon has counted failures", async () => {
    const text = await (await fetch(`${daemon.url}/metrics`)).text();
    return text.includes(`tablesnoop_route_lookups_total{netns="${line.a.name}",family="ipv4"`) && text;
  });
  return { exposition, netns: line.a.name };
}

function configuration(discovery: string): string {
  const rules = ["recording.rules.yml", "alerts.rules.yml"].map((file) => projectPath("deploy/prometheus", file));
  return JSON.stringify({
    global: { scrape_interval: "5s", evaluation_interval: "5s" },
    rule_files: rules,
    scrape_configs: [{ job_name: "tablesnoop", file_sd_configs: [{ files: [discovery] }] }],
  });
}
