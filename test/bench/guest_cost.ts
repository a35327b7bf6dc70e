// What a lookup and a packet cost with the trampoline backend, as ratios to an fexit program that does nothing: for machines
// that allow trampolines, such as the guests of test/vm, where guest.ts runs this. Emulated ones tell no times, but what
// is in proportion to what. Prints the figures as JSON.

import { createManyNetns } from "../support/networks/many_netns.js";
import type { Netns } from "../support/networks/netns.js";
import { floodLookups } from "../support/traffic/flood.js";
import { measureCollectors } from "./collector_cost.js";
import { createEgressRouter, type EgressRouter } from "./egress_router.js";
import { type Figure, ratioFigure, timeFigure } from "./figure.js";
import { measureForwardShort } from "./forward_cost.js";
import { Rounds } from "./rounds.js";
import { type Attached, alternate, attachObjects, bare, daemonVariant, type Variant } from "./variant.js";

const ROUNDS = 5;
const LOOKUPS = 40_000;
const RUNS = 3;
const FORWARD_ROUNDS = 3;
const NAMESPACES = 200;
/** Short slices: the emulator is a process of the host, which others preempt. */
const DOSE = { slices: 20, repeat: 1024, cpu: 1 };

/** In the name of figures, "empty" is what does nothing on the hooks of the backend that is measured. */
const empty: Variant = { name: "empty", attach: () => attachObjects(["empty_fexit"]) };
const trampoline: Variant = daemonVariant("tablesnoop", undefined, ["--probe=trampoline"]);

const VARIANTS = [bare, empty, trampoline];

const PARTS = { forward: measurePackets, lookup: measureLookups, collectors: () => measureCollectors(DOSE) } as const;

/** Arguments name parts; all without. */
async function run(): Promise<void> {
  const chosen = process.argv.slice(2);
  const figures: Figure[] = [];
  for (const [name, part] of Object.entries(PARTS)) {
    if (chosen.length === 0 || chosen.includes(name)) figures.push(...(await part()));
  }
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}

function measurePackets(): Promise<Figure[]> {
  const ratios = [
    [empty, bare],
    [trampoline, bare],
  ] as const;
  return measureForwardShort({ variants: VARIANTS, ratios, rounds: FORWARD_ROUNDS, dose: DOSE });
}

async function measureLookups(): Promise<Figure[]> {
  await using router = await createEgressRouter(1);
  const hit = router.destinations("ipv4", 1);
  const miss = [router.unroutable];
  const figures = await measure(router, { hit, miss });
  await using _many = await createManyNetns(router.netns, NAMESPACES, 0);
  return [...figures, ...(await measure(router, { [`miss, ${NAMESPACES} namespaces`]: miss }))];
}

async function measure(router: EgressRouter, cases: Readonly<Record<string, readonly string[]>>): Promise<Figure[]> {
  const rounds = new Rounds();
  await alternate(VARIANTS, ROUNDS, async (variant, attached) => {
    for (const [name, destinations] of Object.entries(cases)) {
      const key = `${name}: ${variant.name}`;
      rounds.add(key, await nsPerLookup(router.netns, router.device, destinations));
    }
    await checkCount(router.netns, attached, Object.keys(cases).length * RUNS * LOOKUPS);
  });
  return Object.keys(cases).flatMap((name) => {
    const of = (variant: Variant) => rounds.of(`${name}: ${variant.name}`);
    return [
      ...VARIANTS.map((variant) => timeFigure(`${name}: ${variant.name}`, "ns", of(variant))),
      ratioFigure(`${name}: tablesnoop / empty`, of(trampoline), of(empty)),
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
