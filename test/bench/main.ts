// npm run bench [-- --json FILE] [--only NAME] [--against REVISION]: measures everything in one run and prints a table. A
// goal that is missed is printed as missed; the exit code tells only whether all benchmarks ran. What one of them fails on
// takes nothing from the others.

import { writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { parseArguments } from "./arguments.js";
import type { Bench } from "./bench.js";
import { measureDrops } from "./drop_cost.js";
import { type Figure, table, verdict } from "./figure.js";
import { measureForward, measureForwardAlone } from "./forward_cost.js";
import { measureFullTable } from "./full_table.js";
import { measureGrowth } from "./growth_cost.js";
import { measureGuests } from "./guest.js";
import { measureIdle } from "./idle.js";
import { measureLookupCost } from "./lookup_cost.js";
import { buildRival } from "./rival.js";
import { measureLargeScrape, measureScrape } from "./scrape_cost.js";
import { measureStream } from "./stream.js";

const BENCHMARKS = {
  lookup: measureLookupCost,
  "forward-alone": measureForwardAlone,
  forward: measureForward,
  drop: measureDrops,
  growth: measureGrowth,
  scrape: measureScrape,
  "scrape-large": measureLargeScrape,
  stream: measureStream,
  idle: measureIdle,
  "full-table": measureFullTable,
  guest: measureGuests,
} as const satisfies Readonly<Record<string, (bench: Bench) => Promise<Figure[]>>>;
type Name = keyof typeof BENCHMARKS;

const NAMES = Object.keys(BENCHMARKS) as Name[];
const COMPARABLE = NAMES.filter((name) => !["drop", "growth", "idle", "full-table", "guest"].includes(name));

async function run(): Promise<void> {
  const { only, json, against } = parseArguments(process.argv.slice(2), NAMES, COMPARABLE);
  if (process.getuid?.() !== 0) throw new Error("run the benchmark: it makes namespaces and loads BPF; run it as root");
  if (against !== undefined) process.stderr.write(`building ${against} ...\n`);
  await using rival = against === undefined ? undefined : await buildRival(against);
  // Away from CPU 0, which serves most interrupts, where there is another.
  const bench = { cpu: Math.min(1, cpus().length - 1), ...(rival && { rival }) };
  const figures: Figure[] = [];
  for (const name of only) {
    process.stderr.write(`measuring ${name} ...\n`);
    try {
      figures.push(...(await BENCHMARKS[name](bench)));
    } catch (error) {
      fail(`measure ${name}`, error);
    }
  }
  process.stdout.write(`${table(figures)}\n`);
  if (json !== undefined) writeFileSync(json, toJson(figures, rival?.name));
}

function toJson(figures: readonly Figure[], against: string | undefined): string {
  const machine = { kernel: release(), cpus: cpus().length, cpu: cpus()[0]?.model ?? "", node: process.version };
  const judged = figures.map((figure) => ({ ...figure, verdict: verdict(figure) }));
  return `${JSON.stringify({ date: new Date().toISOString(), machine, against, figures: judged }, null, 2)}\n`;
}

function fail(act: string, error: unknown): void {
  process.stderr.write(`bench: ${act}: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

run().catch((error: unknown) => fail("run", error));
