// What one scrape of 10,000 series costs the daemon's event loop: the metrics part with a made-up kernel below it.

import { monitorEventLoopDelay } from "node:perf_hooks";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Exporter } from "../../daemon/metrics/exporter.js";
import type { Names } from "../../daemon/metrics/labels.js";
import { FakeSession } from "../support/fake_session.js";
import { type Figure, medianFigure } from "./figure.js";

const ROUNDS = 11;
const NETNSES = 100;
/** With the failed results of each table at 0 beside them, a hundred series a namespace. */
const EGRESSES = 95;
const RESOLUTION_MS = 1;

const GOAL_MS = 150;
const GOAL_BLOCK_MS = 50;

const names: Names = {
  refresh: () => undefined,
  netns: (cookie) => `netns-${cookie}`,
  isKnown: () => true,
  table: (_, id) => (id === 254 ? "main" : String(id)),
  egress: (_, ifindex) => `eth${ifindex}`,
  isPresent: () => true,
};

export async function measureScrape(): Promise<Figure[]> {
  const session = fill(new FakeSession());
  const exporter = new Exporter({
    session,
    names,
    failures: { drain: () => undefined },
    clock: () => performance.now(),
    ...{ windowMs: 60_000, expiryMs: 300_000, seriesMax: 20_000, processMetrics: false, noRoute: true },
    stream: () => ({ listeners: 0, lines: 0 }),
    reloads: () => ({ isGood: true, goodSince: 0 }),
    logLinesDropped: () => 0,
    build: { version: "bench", revision: "", node: process.version, libbpf: "" },
  });
  exporter.start();
  let text = await exporter.render("text");
  const times: number[] = [];
  const blocks: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    session.count({ netns: 1n, egress: 1 }, 1000);
    const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    delay.enable();
    await nextTurn();
    const begin = performance.now();
    text = await exporter.render("text");
    times.push(performance.now() - begin);
    await nextTurn();
    delay.disable();
    blocks.push(delay.max / 1e6 - RESOLUTION_MS);
  }
  const series = text.split("\n").filter((line) => line.startsWith("tablesnoop_route_lookups_total")).length;
  return [
    { name: "scrape: series", unit: "", value: series },
    { ...medianFigure("scrape: time", "ms", times), goal: { atMost: GOAL_MS } },
    { ...medianFigure("scrape: longest block of the event loop", "ms", blocks), goal: { atMost: GOAL_BLOCK_MS } },
  ];
}

function fill(session: FakeSession): FakeSession {
  for (let cookie = 1; cookie <= NETNSES; cookie++) {
    const netns = BigInt(cookie);
    session.addNetns({ cookie: netns });
    for (let egress = 1; egress <= EGRESSES; egress++) {
      session.setDevice({ netns, ifindex: egress, name: `eth${egress}` });
      session.count({ netns, egress }, cookie * egress);
    }
  }
  return session;
}
