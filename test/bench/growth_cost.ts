// What a lookup costs on a machine that grows: on several CPUs at once, with many namespaces, with many keys.

import { createManyNetns } from "../support/networks/many_netns.js";
import { floodLookups } from "../support/traffic/flood.js";
import type { Bench } from "./bench.js";
import { createEgressRouter, type EgressRouter } from "./egress_router.js";
import { addedFigure, type Figure, timeFigure } from "./figure.js";
import { Rounds } from "./rounds.js";
import { ALL_TABLES, createSeriesRouter, KEYS, KEYS_OF_A_TABLE, type SeriesRouter } from "./series_router.js";
import { alternate, bare, daemonVariant, empty, type Variant } from "./variant.js";

const ROUNDS = 3;
const LOOKUPS = 300_000;
const RUNS = 2;
const NAMESPACES = 1000;

type Case = readonly [name: string, nsPerLookup: () => Promise<number>];

const tablesnoop = daemonVariant("tablesnoop", undefined, ["--counters.max=65536"]);
const VARIANTS = [bare, empty, tablesnoop];

export async function measureGrowth({ cpu }: Bench): Promise<Figure[]> {
  await using router = await createEgressRouter(1);
  await using series = await createSeriesRouter();
  const figures = await measure([...oneAndAllCpus(router, cpu), ...fewAndManyKeys(series, cpu)]);
  await using _many = await createManyNetns(router.netns, NAMESPACES, 0);
  const crowded = oneAndAllCpus(router, cpu).slice(0, 2);
  return [...figures, ...(await measure(crowded.map(([name, run]) => [`${name}, ${NAMESPACES} namespaces`, run])))];
}

function oneAndAllCpus(router: EgressRouter, cpu: number): Case[] {
  const flood = async (destination: string, on: number) => {
    const { netns, device } = router;
    const destinations = [destination];
    return (await floodLookups({ netns, device, destinations, count: LOOKUPS, cpu: on, isDirect: true })).ns_per_lookup;
  };
  const [hit = ""] = router.destinations("ipv4", 1);
  const both = async (destination: string) => {
    const times = await Promise.all([flood(destination, cpu), flood(destination, 0)]);
    return Math.max(...times);
  };
  const alone: Case[] = [
    ["hit", () => flood(hit, cpu)],
    ["miss", () => flood(router.unroutable, cpu)],
  ];
  return cpu === 0
    ? alone
    : [...alone, ["hit, 2 CPUs at once", () => both(hit)], ["miss, 2 CPUs at once", () => both(router.unroutable)]];
}

/** Each CPU remembers some hundred keys; those that follow each other are all of a table, or never come again. */
function fewAndManyKeys(router: SeriesRouter, cpu: number): Case[] {
  const of = (count: number, tables: number) => async () => (await router.lookUp(count, tables, cpu)).ns_per_lookup;
  return [
    [`hit, ${KEYS_OF_A_TABLE} keys`, of(LOOKUPS, 1)],
    [`hit, ${KEYS.toLocaleString("en-US")} keys, each lookup another`, of(6 * KEYS, ALL_TABLES)],
  ];
}

async function measure(cases: readonly Case[]): Promise<Figure[]> {
  const times = new Rounds();
  await alternate(VARIANTS, ROUNDS, async (variant) => {
    for (const [name, nsPerLookup] of cases) {
      let least = Number.POSITIVE_INFINITY;
      for (let run = 0; run < RUNS; run++) least = Math.min(least, await nsPerLookup());
      const key = figureName(name, variant);
      times.add(key, least);
    }
  });
  return cases.flatMap(([name]) => {
    const of = (variant: Variant) => times.of(figureName(name, variant));
    return [
      ...VARIANTS.map((variant) => timeFigure(figureName(name, variant), "ns", of(variant))),
      addedFigure(`growth, ${name}: tablesnoop adds / empty adds`, [of(tablesnoop), of(empty), of(bare)]),
    ];
  });
}

function figureName(name: string, variant: Variant): string {
  return `growth, ${name}: ${variant.name}`;
}
