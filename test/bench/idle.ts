// What the daemon takes while nothing happens and nobody scrapes, with about a hundred series.

import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { startDaemon } from "../support/processes/daemon_process.js";
import { floodLookups } from "../support/traffic/flood.js";
import { cpuSeconds } from "./cpu_time.js";
import { createEgressRouter } from "./egress_router.js";
import type { Figure } from "./figure.js";

const EGRESSES = 40;
const MILLISECONDS = 20_000;
export async function measureIdle(): Promise<Figure[]> {
  await using router = await createEgressRouter(EGRESSES);
  await using daemon = await startDaemon();
  for (const family of ["ipv4", "ipv6"] as const) {
    const destinations = router.destinations(family, EGRESSES);
    await floodLookups({ netns: router.netns, device: router.device, destinations, count: EGRESSES * 10 });
  }
  const series = (await daemon.scrape()).filter(({ name }) => name === "tablesnoop_route_lookups_total").length;
  const [begin, cpuBefore] = [performance.now(), cpuSeconds(daemon.pid)];
  await pause(MILLISECONDS);
  const seconds = (performance.now() - begin) / 1000;
  const cpu = cpuSeconds(daemon.pid) - cpuBefore;
  return [
    { name: "idle: route lookup series", unit: "", value: series },
    { name: "idle: CPU", unit: "% of one CPU", value: (100 * cpu) / seconds },
    { name: "idle: resident memory", unit: "MB", value: residentMegabytes(daemon.pid) },
  ];
}

function residentMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1000;
}
