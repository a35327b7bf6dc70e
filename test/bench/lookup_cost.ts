// What one lookup costs: without anything attached, with programs that do nothing, with tablesnoop, with bpftrace.

import { floodLookups } from "../support/traffic/flood.js";
import type { Bench } from "./bench.js";
import { createEgressRouter, type EgressRouter } from "./egress_router.js";
import { addedFigure, type Figure, type Goal, ratioFigure, timeFigure } from "./figure.js";
import { Rounds } from "./rounds.js";
import { type Attached, alternate, bare, bpftrace, empty, tablesnoop, type Variant } from "./variant.js";

const ROUNDS = 11;
const LOOKUPS = 300_000;
/** The best of so many runs stands for a round: what disturbs can only add time. */
const RUNS = 3;
const EGRESSES = 32;
const MANY = 1024;

/** Of what tablesnoop adds over what an empty program adds, and of what bpftrace adds over what tablesnoop adds. */
const GOALS = { overEmpty: 1.2, underBpftrace: 4 };
const MISS_GOALS = { overEmpty: 1.4, underBpftrace: 3.5 };

interface Case {
  readonly name: string;
  readonly destinations: readonly string[];
  readonly overEmpty: number;
  readonly underBpftrace: number;
}

/** Against another revision, if there is one, in the place of bpftrace. */
export async function measureLookupCost({ cpu, rival }: Bench): Promise<Figure[]> {
  await using router = await createEgressRouter(EGRESSES);
  const cases = lookupCases(router);
  const other = rival?.variant ?? bpftrace;
  const variants = [bare, empty, tablesnoop, other];
  const rounds = new Rounds();
  await alternate(variants, ROUNDS, async (variant, attached) => {
    for (const one of cases) {
      const name = figureName(one, variant);
      const cost = await nsPerLookup(router, one, cpu);
      rounds.add(name, cost);
    }
    await checkCount(router, attached, cases.length * RUNS * LOOKUPS);
  });
  return cases.flatMap((one) => {
    const of = (variant: Variant) => rounds.of(figureName(one, variant));
    const adds = (ours: Variant, theirs: Variant, goal?: Goal) => {
      const name = `${one.name}: ${ours.name} adds / ${theirs.name} adds`;
      return addedFigure(name, [of(ours), of(theirs), of(bare)], goal);
    };
    return [
      ...variants.map((variant) => timeFigure(figureName(one, variant), "ns", of(variant))),
      adds(tablesnoop, empty, { atMost: one.overEmpty }),
      ...(rival
        ? [
            adds(other, empty),
            ratioFigure(`${one.name}: ${tablesnoop.name} / ${other.name}`, of(tablesnoop), of(other)),
          ]
        : [adds(bpftrace, tablesnoop, { atLeast: one.underBpftrace })]),
    ];
  });
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
    { name: "hit", destinations: router.destinations("ipv4", 1), ...GOALS },
    { name: "miss", destinations: [router.unroutable], ...MISS_GOALS },
    { name: "v6 hit", destinations: router.destinations("ipv6", 1), ...GOALS },
    { name: "v6 miss", destinations: [router.unroutable6], ...MISS_GOALS },
    { name: `${MANY} destinations, ${EGRESSES} egresses`, destinations: router.destinations("ipv4", MANY), ...GOALS },
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
