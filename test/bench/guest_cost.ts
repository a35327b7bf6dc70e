// What a lookup costs with the trampoline backend, as ratios to an fexit program that does nothing: for machines that allow
// trampolines, such as the guests of test/vm. Emulated ones tell no times, but what is in proportion to what.

import { createManyNetns } from "../support/networks/many_netns.js";
import type { Netns } from "../support/networks/netns.js";
import { PATIENCE } from "../support/pace.js";
import { startBackground } from "../support/processes/background.js";
import { startDaemon } from "../support/processes/daemon_process.js";
import { projectPath } from "../support/project_path.js";
import { floodLookups } from "../support/traffic/flood.js";
import { total } from "../support/truth/scrape.js";
import { createEgressRouter, type EgressRouter } from "./egress_router.js";
import { type Figure, medianFigure, ratioFigure, table } from "./figure.js";
import { type Attached, alternate, bare, type Variant } from "./variant.js";

const ROUNDS = 5;
const LOOKUPS = 40_000;
const RUNS = 3;
const NAMESPACES = 200;

const empty: Variant = {
  name: "empty fexit",
  attach: async () => {
    const object = projectPath("dist/test/flood/empty_fexit.bpf.o");
    const helper = await startBackground(projectPath("dist/test/flood/attach"), [object]);
    await helper.waitFor("stdout", /attached/, { timeoutMs: 5000 * PATIENCE });
    return { detach: () => helper.stop() };
  },
};

const trampoline: Variant = {
  name: "trampoline",
  attach: async () => {
    const daemon = await startDaemon(["--probe=trampoline"], { timeoutMs: 30_000 * PATIENCE });
    return {
      counted: async (netns) => total(await daemon.scrape(), "tablesnoop_route_lookups_total", { netns: netns.name }),
      detach: () => daemon.stop(),
    };
  },
};

const VARIANTS = [bare, empty, trampoline];

async function run(): Promise<void> {
  await using router = await createEgressRouter(1);
  const hit = router.destinations("ipv4", 1);
  const miss = [router.unroutable];
  const figures = await measure(router, { hit, miss });
  await using _many = await createManyNetns(router.netns, NAMESPACES, 0);
  figures.push(...(await measure(router, { [`miss, ${NAMESPACES} namespaces`]: miss })));
  process.stdout.write(`${table(figures)}\n`);
}

async function measure(router: EgressRouter, cases: Readonly<Record<string, readonly string[]>>): Promise<Figure[]> {
  const rounds = new Map<string, number[]>();
  await alternate(VARIANTS, ROUNDS, async (variant, attached) => {
    for (const [name, destinations] of Object.entries(cases)) {
      const key = `${name}: ${variant.name}`;
      rounds.set(key, [...(rounds.get(key) ?? []), await nsPerLookup(router.netns, router.device, destinations)]);
    }
    await checkCount(router.netns, attached, Object.keys(cases).length * RUNS * LOOKUPS);
  });
  return Object.keys(cases).flatMap((name) => {
    const of = (variant: Variant) => rounds.get(`${name}: ${variant.name}`) ?? [];
    return [
      ...VARIANTS.map((variant) => medianFigure(`${name}: ${variant.name}`, "ns", of(variant))),
      ratioFigure(`${name}: trampoline / empty fexit`, of(trampoline), of(empty)),
    ];
  });
}

/** The best of some runs: what disturbs can only add time. */
async function nsPerLookup(netns: Netns, device: string, destinations: readonly string[]): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let at = 0; at < RUNS; at++) {
    const flood = await floodLookups({ netns, device, destinations, count: LOOKUPS, cpu: 1, isDirect: true });
    best = Math.min(best, flood.ns_per_lookup);
  }
  return best;
}

async function checkCount(netns: Netns, attached: Attached, expected: number): Promise<void> {
  const counted = await attached.counted?.(netns);
  if (counted !== undefined && counted !== expected) {
    throw new Error(`measure lookups: ${counted} of ${expected} were counted`);
  }
}

run().catch((error: unknown) => {
  process.stderr.write(`guest_cost: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
