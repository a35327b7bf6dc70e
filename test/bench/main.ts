// npm run bench [-- --json FILE] [--only NAME]: measures everything in one run and prints a table. A goal that is missed
// is printed as missed; the exit code tells only whether the benchmark itself ran.

import { writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { parseArgs } from "node:util";
import { type Figure, table, verdict } from "./figure.js";
import { type ForwardOptions, measureForward, measureForwardAlone } from "./forward_cost.js";
import { measureIdle } from "./idle.js";
import { measureLookupCost } from "./lookup_cost.js";
import { measureScrape } from "./scrape_cost.js";
import { measureStream } from "./stream.js";
import { bare, empty, emptyPacket, tablesnoop } from "./variant.js";

const FORWARD: Omit<ForwardOptions, "dose"> = {
  variants: [bare, empty, emptyPacket, tablesnoop],
  ratios: [
    [empty, bare],
    [emptyPacket, bare],
    [tablesnoop, bare],
  ],
  rounds: 5,
};
/** Slices of some ten milliseconds; what is set up and taken down for each takes twice that. */
const DOSE = { slices: 5, repeat: 16_384 };

const BENCHMARKS: Readonly<Record<string, (cpus: number) => Promise<Figure[]>>> = {
  lookup: measureLookupCost,
  "forward-alone": (cpus) => measureForwardAlone({ ...FORWARD, dose: { ...DOSE, cpu: Math.min(1, cpus - 1) } }),
  forward: (cpus) => measureForward({ ...FORWARD, dose: { ...DOSE, cpu: Math.min(1, cpus - 1) } }),
  scrape: measureScrape,
  stream: measureStream,
  idle: measureIdle,
};

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: { json: { type: "string" }, only: { type: "string", multiple: true, default: Object.keys(BENCHMARKS) } },
  });
  if (process.getuid?.() !== 0) throw new Error("run the benchmark: it makes namespaces and loads BPF; run it as root");
  const figures: Figure[] = [];
  for (const name of values.only) {
    const measure = BENCHMARKS[name];
    if (!measure) throw new Error(`find benchmark ${name}: there are ${Object.keys(BENCHMARKS).join(", ")}`);
    process.stderr.write(`measuring ${name} ...\n`);
    figures.push(...(await measure(cpus().length)));
  }
  process.stdout.write(`${table(figures)}\n`);
  if (values.json !== undefined) writeFileSync(values.json, json(figures));
}

function json(figures: readonly Figure[]): string {
  const machine = { kernel: release(), cpus: cpus().length, cpu: cpus()[0]?.model ?? "", node: process.version };
  const judged = figures.map((figure) => ({ ...figure, verdict: verdict(figure) }));
  return `${JSON.stringify({ date: new Date().toISOString(), machine, figures: judged }, null, 2)}\n`;
}

run().catch((error: unknown) => {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
