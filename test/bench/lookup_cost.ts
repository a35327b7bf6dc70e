// What one lookup costs: without anything attached, with programs that do nothing, with tablesnoop, with bpftrace.

import { floodLookups } from "../support/traffic/flood.js";
import { createEgressRouter, type EgressRouter } from "./egress_router.js";
import { type Figure, median, medianFigure, paired } from "./figure.js";
import { type Attached, alternate, bare, bpftrace, empty, tablesnoop, type Variant } from "./variant.js";

const ROUNDS = 11;
const LOOKUPS = 300_000;
/** The best of so many runs stands for a round: what disturbs can only add time. */
const RUNS = 3;
/** Away from CPU 0, which serves most interrupts, where there is another. */
const CPU = 1;
const EGRESSES = 32;
const MANY = 1024;

/** Of the ratio of what tablesnoop adds to what an empty program adds, and of what bpftrace adds to what we add. */
const OVER_EMPTY = 1.5;
const UNDER_BPFTRACE = 4;

interface Case {
  readonly name: string;
  readonly destinations: readonly string[];
}

export async function measureLookupCost(cpus: number): Promise<Figure[]> {
  await using router = await createEgressRouter(EGRESSES);
  const cases = lookupCases(router);
  const rounds = new Map<string, number[]>();
  await alternate([bare, empty, tablesnoop, bpftrace], ROUNDS, async (variant, attached) => {
    for (const one of cases) {
      const name = figureName(one, variant);
      const cost = await nsPerLookup(router, one, Math.min(CPU, cpus - 1));
      rounds.set(name, [...(rounds.get(name) ?? []), cost]);
    }
    await checkCount(router, attached, cases.length * RUNS * LOOKUPS);
  });
  return cases.flatMap((one) => {
    const of = (variant: Variant) => rounds.get(figureName(one, variant)) ?? [];
    const byMedian = (variant: Variant) =>
      median(paired(of(variant), of(bare), (attached, nothing) => attached - nothing));
    const byLeast = (variant: Variant) => Math.min(...of(variant)) - Math.min(...of(bare));
    return [
      ...[bare, empty, tablesnoop, bpftrace].map((variant) =>
        medianFigure(figureName(one, variant), "ns", of(variant)),
      ),
      { ...overEmpty(one.name, byMedian), goal: { atMost: OVER_EMPTY } },
      { ...underBpftrace(one.name, byMedian), goal: { atLeast: UNDER_BPFTRACE } },
      // On a busy machine the least of all rounds is steadier than their median.
      overEmpty(`${one.name}, least`, byLeast),
      underBpftrace(`${one.name}, least`, byLeast),
    ];
  });
}

function overEmpty(name: string, added: (variant: Variant) => number): Figure {
  return { name: `${name}: tablesnoop adds / empty adds`, unit: "", value: added(tablesnoop) / added(empty) };
}

function underBpftrace(name: string, added: (variant: Variant) => number): Figure {
  return { name: `${name}: bpftrace adds / tablesnoop adds`, unit: "", value: added(bpftrace) / added(tablesnoop) };
}

/** A figure of something that did not count every lookup would be worth nothing. */
async function checkCount(router: EgressRouter, attached: Attached, expected: number): Promise<void> {
  const counted = await attached.counted?.(router.netns);
  if (counted !== undefined && counted !== expected) {
    throw new Error(`measure lookups: ${counted} of ${expected} were counted`);
  }
}

function lookupCases(router: EgressRouter): Case[] {
  return [
    { name: "hit", destinations: router.destinations("ipv4", 1) },
    { name: "miss", destinations: [router.unroutable] },
    { name: "v6 hit", destinations: router.destinations("ipv6", 1) },
    { name: `${MANY} destinations, ${EGRESSES} egresses`, destinations: router.destinations("ipv4", MANY) },
  ];
}

function figureName(one: Case, variant: Variant): string {
  return `${one.name}: ${variant.name}`;
}

/** Direct, so that an IPv6 lookup is one table lookup as an IPv4 one is. */
async function nsPerLookup(router: EgressRouter, { destinations }: Case, cpu: number): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS; run++) {
    const { ns_per_lookup } = await floodLookups({
      ...{ netns: router.netns, device: router.device, count: LOOKUPS, cpu },
      ...{ destinations, isRandom: destinations.length > 1, isDirect: true },
    });
    best = Math.min(best, ns_per_lookup);
  }
  return best;
}
