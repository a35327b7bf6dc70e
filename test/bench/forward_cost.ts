// What a packet costs on its way through the stack: with nothing attached, with programs that do nothing, with tablesnoop.
// Forwarded, without a route, delivered, bridged; with one namespace on the machine, and with several.

import { readNoRoute, readPackets } from "../support/truth/mib.js";
import type { Bench } from "./bench.js";
import { type Figure, ratioFigure, timeFigure } from "./figure.js";
import {
  BRIDGE_PORT,
  BRIDGED_MAC,
  createForwarder,
  createForwarderHere,
  DROP,
  destinationsOf,
  type Family,
  type Forwarder,
  IN,
  IN_PEER,
  localOf,
  type Place,
  sourceOf,
} from "./forwarder.js";
import { type Dose, type Frames, type FramesResult, handOver } from "./frames.js";
import { Rounds } from "./rounds.js";
import { alternate, bare, empty, emptyPacket, tablesnoop, type Variant } from "./variant.js";

export interface ForwardOptions {
  readonly variants: readonly Variant[];
  /** Which of them to set against which. */
  readonly ratios: readonly (readonly [Variant, Variant])[];
  readonly rounds: number;
  readonly dose: Dose;
}

const ROUNDS = 5;
/** Slices of some ten milliseconds; what is set up and taken down for each takes twice that. */
const DOSE = { slices: 5, repeat: 16_384 };

interface Scenario {
  readonly name: string;
  readonly family: Family;
  readonly frames: Frames;
  /** The stack's own count of frames that went where they should. */
  account(netns: Place): Promise<number | undefined>;
  /** Of the time with us to the time without. */
  readonly atMost: number;
}

const GOALS = { one: 1.05, several: 1.06, noLookup: 1.02 };

/** The first namespace of the machine must be its only one; how many there are is a figure of its own. */
export async function measureForwardAlone(bench: Bench): Promise<Figure[]> {
  await using forwarder = await createForwarderHere();
  const scenarios = [...lookedUp("alone", GOALS.one), ...notLookedUp("alone"), ...inSoftirq("alone", GOALS.one)];
  return await measure([{ forwarder, scenarios }], optionsOf(bench));
}

export async function measureForward(bench: Bench): Promise<Figure[]> {
  await using forwarder = await createForwarder();
  await using withRules = await createForwarder({ hasRules: true });
  const scenarios = [
    ...lookedUp("several", GOALS.several),
    ...notLookedUp("several"),
    ...inSoftirq("several", GOALS.several),
  ];
  return await measure(
    [
      { forwarder, scenarios },
      { forwarder: withRules, scenarios: lookedUp("rules", GOALS.several) },
    ],
    optionsOf(bench),
  );
}

/** As few as show what one namespace of several pays: for machines that are emulated. */
export async function measureForwardShort(options: ForwardOptions): Promise<Figure[]> {
  await using forwarder = await createForwarder();
  const scenarios = [...lookedUp("several", GOALS.several), ...notLookedUp("several")];
  return await measure([{ forwarder, scenarios }], options);
}

function optionsOf({ cpu, rival }: Bench): ForwardOptions {
  const fixed = { rounds: ROUNDS, dose: { ...DOSE, cpu } };
  if (rival === undefined) {
    const attached = [empty, emptyPacket, tablesnoop];
    return { ...fixed, variants: [bare, ...attached], ratios: attached.map((variant) => [variant, bare]) };
  }
  const { variant } = rival;
  const ratios = [
    [tablesnoop, bare],
    [variant, bare],
    [tablesnoop, variant],
  ] as const;
  return { ...fixed, variants: [bare, tablesnoop, variant], ratios };
}

function lookedUp(prefix: string, atMost: number): Scenario[] {
  const received = (family: Family) => ({ device: IN, source: sourceOf(family) });
  const pairs = [
    ["hit", "out", forwarded],
    ["miss", "nowhere", unroutable],
  ] as const;
  return (["ipv4", "ipv6"] as const).flatMap((family) =>
    pairs.map(([name, where, account]) => ({
      ...{ name: `${prefix}, ${family} ${name}`, family, atMost, account: account(family) },
      frames: { ...received(family), destinations: destinationsOf(family, where) },
    })),
  );
}

function notLookedUp(prefix: string): Scenario[] {
  const local = (["ipv4", "ipv6"] as const).map((family) => ({
    ...{ name: `${prefix}, ${family} delivered`, family, atMost: GOALS.noLookup },
    account: async (netns: Place) => (await readPackets(netns))[`${family} delivered`],
    frames: { device: IN, source: sourceOf(family), destinations: [localOf(family)], isReceived: true },
  }));
  const bridged: Scenario = {
    ...{ name: `${prefix}, bridged`, family: "ipv4", atMost: GOALS.noLookup, account: swallowed },
    frames: {
      ...{ device: BRIDGE_PORT, mac: BRIDGED_MAC, source: sourceOf("ipv4") },
      destinations: destinationsOf("ipv4", "out"),
    },
  };
  return [...local, bridged];
}

/** As veth polls them: 64 frames to a softirq, as from a network card, or one, as from a socket at the other end. */
function inSoftirq(prefix: string, atMost: number): Scenario[] {
  const [hit4, miss4, hit6] = lookedUp(prefix, atMost);
  return [64, 1].flatMap((batch) =>
    [hit4, miss4, hit6].flatMap((scenario) =>
      scenario === undefined
        ? []
        : {
            ...scenario,
            name: `${scenario.name}, ${batch} to a softirq`,
            frames: { ...scenario.frames, through: IN_PEER, batch },
          },
    ),
  );
}

function forwarded(family: Family) {
  return async (netns: Place) => (await readPackets(netns))[`${family} forwarded`];
}

function unroutable(family: Family) {
  return async (netns: Place) => (await readNoRoute(netns))[`${family} in`];
}

/** What an ifb device is sent and no filter redirected to it, it drops as if received: the fourth number of its line. */
async function swallowed(netns: Place): Promise<number> {
  const { stdout } = await netns.exec("cat", ["/proc/self/net/dev"]);
  const numbers = new RegExp(`^\\s*${DROP}:\\s+(.*)$`, "m").exec(stdout)?.[1]?.split(/\s+/);
  return Number(numbers?.[3]);
}

interface Part {
  readonly forwarder: Forwarder;
  readonly scenarios: readonly Scenario[];
}

async function measure(parts: readonly Part[], options: ForwardOptions): Promise<Figure[]> {
  const { variants, ratios, rounds, dose } = options;
  const runs = parts.flatMap(({ forwarder: { netns, forwardsIpv6 }, scenarios }) =>
    scenarios.filter(({ family }) => family === "ipv4" || forwardsIpv6).map((scenario) => ({ netns, scenario })),
  );
  const times = new Rounds();
  const lookups = new Map<string, number>();
  await alternate(variants, rounds, async (variant, { counted }) => {
    for (const { netns, scenario } of runs) {
      const before = await counted?.(netns);
      const { frames, ns_least } = await handOverChecked(netns, scenario, dose);
      const after = await counted?.(netns);
      const name = figureName(scenario, variant);
      times.add(name, ns_least);
      if (before !== undefined && after !== undefined) lookups.set(name, (after - before) / frames);
    }
  });
  return runs.flatMap(({ scenario }) => {
    const of = (variant: Variant) => times.of(figureName(scenario, variant));
    return [
      ...variants.map((variant) => timeFigure(figureName(scenario, variant), "ns", of(variant))),
      ...ratios.map(([one, other]) => {
        const isJudged = one === tablesnoop && other === bare;
        const goal = isJudged ? { atMost: scenario.atMost } : undefined;
        return ratioFigure(`${scenario.name}: ${one.name} / ${other.name}`, of(one), of(other), goal);
      }),
      ...variants.flatMap((variant) => {
        const value = lookups.get(figureName(scenario, variant));
        const name = `${figureName(scenario, variant)} counts`;
        return value === undefined ? [] : { name, unit: "lookups a frame", value };
      }),
    ];
  });
}

/** A figure of frames that went another way would be worth nothing. What else the machine receives meanwhile is little. */
async function handOverChecked(netns: Place, { name, frames, account }: Scenario, dose: Dose): Promise<FramesResult> {
  const before = (await account(netns)) ?? Number.NaN;
  const result = await handOver(netns, frames, dose);
  const went = ((await account(netns)) ?? Number.NaN) - before;
  if (!(went >= result.frames && went < 1.01 * result.frames))
    throw new Error(`measure ${name}: of ${result.frames} frames the stack counts ${went}`);
  return result;
}

function figureName(scenario: Scenario, variant: Variant): string {
  return `${scenario.name}: ${variant.name}`;
}
