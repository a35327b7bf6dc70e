// What a dropped packet costs: with nothing attached, with a program that does nothing on the tracepoint, with tablesnoop's
// program for drops and no other. Ordinary drops, which it must let pass at once, and those that it counts.

import { readNoRoute, readNoSocket } from "../support/truth/mib.js";
import type { Bench } from "./bench.js";
import { addedFigure, type Figure, ratioFigure, timeFigure } from "./figure.js";
import { createForwarder, destinationsOf, type Family, IN, localOf, type Place, sourceOf } from "./forwarder.js";
import { type Frames, handOver } from "./frames.js";
import { Rounds } from "./rounds.js";
import { alternate, attachObjects, bare, daemonVariant, type Variant } from "./variant.js";

const ROUNDS = 7;
const DOSE = { slices: 7, repeat: 16_384 };

/** What an ordinary drop adds, over what an empty program adds. */
const ORDINARY_AT_MOST = 1.1;

const empty: Variant = { name: "empty", attach: () => attachObjects(["empty_drop"]) };
const OTHERS_OFF = ["route", "rule", "mib"].map((word) => `--no-collector.${word}`);
const drops = daemonVariant("tablesnoop", undefined, OTHERS_OFF);
const VARIANTS = [bare, empty, drops];

interface Scenario {
  readonly name: string;
  readonly frames: Frames;
  readonly isOrdinary: boolean;
  /** The stack's own count of frames that were dropped so. */
  account(netns: Place): Promise<number | undefined>;
}

export async function measureDrops({ cpu }: Bench): Promise<Figure[]> {
  await using forwarder = await createForwarder();
  const { netns } = forwarder;
  const scenarios = (["ipv4", "ipv6"] as const).flatMap((family) => [noSocket(family), noRoute(family)]);
  const times = new Rounds();
  await alternate(VARIANTS, ROUNDS, async (variant) => {
    for (const scenario of scenarios) {
      const name = figureName(scenario, variant);
      const before = (await scenario.account(netns)) ?? Number.NaN;
      const { frames, ns_least } = await handOver(netns, scenario.frames, { ...DOSE, cpu });
      const dropped = ((await scenario.account(netns)) ?? Number.NaN) - before;
      if (dropped !== frames) throw new Error(`measure ${name}: of ${frames} frames ${dropped} were dropped`);
      times.add(name, ns_least);
    }
  });
  return scenarios.flatMap((scenario) => {
    const of = (variant: Variant) => times.of(figureName(scenario, variant));
    const goal = scenario.isOrdinary ? { atMost: ORDINARY_AT_MOST } : undefined;
    return [
      ...VARIANTS.map((variant) => timeFigure(figureName(scenario, variant), "ns", of(variant))),
      ratioFigure(`${scenario.name}: tablesnoop / bare`, of(drops), of(bare)),
      addedFigure(`${scenario.name}: tablesnoop adds / empty adds`, [of(drops), of(empty), of(bare)], goal),
    ];
  });
}

/** UDP for a port nobody has: the most ordinary drop there is. */
function noSocket(family: Family): Scenario {
  return {
    name: `drop, ${family} no socket`,
    frames: { device: IN, source: sourceOf(family), destinations: [localOf(family)] },
    isOrdinary: true,
    account: async (netns) => (await readNoSocket(netns))[family],
  };
}

function noRoute(family: Family): Scenario {
  return {
    name: `drop, ${family} no route`,
    frames: { device: IN, source: sourceOf(family), destinations: destinationsOf(family, "nowhere") },
    isOrdinary: false,
    account: async (netns) => (await readNoRoute(netns))[`${family} in`],
  };
}

function figureName(scenario: Scenario, variant: Variant): string {
  return `${scenario.name}: ${variant.name}`;
}
