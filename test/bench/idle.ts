// What the daemon takes while nothing happens and nobody scrapes, with about a hundred series, and how soon it is there.

import { setTimeout as pause } from "node:timers/promises";
import { startDaemon } from "../support/processes/daemon_process.js";
import { cpuSecondsOf, megabytesOf } from "../support/processes/resources.js";
import { floodLookups } from "../support/traffic/flood.js";
import { createEgressRouter } from "./egress_router.js";
import { type Figure, timeFigure } from "./figure.js";

const EGRESSES = 40;
const MILLISECONDS = 30_000;
const STARTS = 5;

const GOALS = { cpu: { atMost: 0.2 }, own: { atMost: 64 }, start: { atMost: 1000 } };

export async function measureIdle(): Promise<Figure[]> {
  await using router = await createEgressRouter(EGRESSES);
  const starts: number[] = [];
  for (let round = 0; round < STARTS; round++) starts.push(await startToScrape());
  await using daemon = await startDaemon();
  for (const family of ["ipv4", "ipv6"] as const) {
    const destinations = router.destinations(family, EGRESSES);
    await floodLookups({ netns: router.netns, device: router.device, destinations, count: EGRESSES * 10 });
  }
  const series = (await daemon.scrape()).filter(({ name }) => name === "tablesnoop_route_lookups_total").length;
  const [begin, cpuBefore] = [performance.now(), cpuSecondsOf(daemon.pid)];
  await pause(MILLISECONDS);
  const seconds = (performance.now() - begin) / 1000;
  const cpu = cpuSecondsOf(daemon.pid) - cpuBefore;
  return [
    { name: "idle: route lookup series", unit: "", value: series },
    { name: "idle: CPU", unit: "% of one CPU", value: (100 * cpu) / seconds, goal: GOALS.cpu },
    { name: "idle: memory of its own", unit: "MB", value: megabytesOf(daemon.pid, "RssAnon"), goal: GOALS.own },
    { name: "idle: pages of files", unit: "MB", value: megabytesOf(daemon.pid, "RssFile") },
    timeFigure("start to first scrape", "ms", starts, GOALS.start),
  ];
}

async function startToScrape(): Promise<number> {
  const begin = performance.now();
  await using daemon = await startDaemon();
  await daemon.scrape();
  return performance.now() - begin;
}
