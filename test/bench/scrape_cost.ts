// What a scrape takes with very many series, and on a machine with very many namespaces and devices: time, the longest block
// of the daemon's event loop, memory. Real daemons, with keys that real lookups made.

import { createManyNetns } from "../support/networks/many_netns.js";
import { createNetns } from "../support/networks/netns.js";
import { megabytesOf } from "../support/processes/resources.js";
import type { Bench } from "./bench.js";
import { type Figure, type Goal, ratioFigure, timeFigure } from "./figure.js";
import { type ProbedDaemon, startProbedDaemon, type TimedScrape } from "./probed_daemon.js";
import { ALL_TABLES, createSeriesRouter, KEYS } from "./series_router.js";

const ROUNDS = 9;
const FLAGS = ["--series.max=50000", "--counters.max=65536", "--web.disable-exporter-metrics"];
const SERIES = /^tablesnoop_route_lookups_total\{/gm;

const GOALS = { ms: { atMost: 150 }, block: { atMost: 30 }, memory: { atMost: 200 } };

export async function measureScrape(bench: Bench): Promise<Figure[]> {
  await using router = await createSeriesRouter();
  const touch = async () => {
    await router.lookUp(KEYS, ALL_TABLES, bench.cpu);
  };
  return await measure("50,000 series", bench, touch, GOALS);
}

export async function measureLargeScrape(bench: Bench): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [namespaces, devices] of [
    [1000, 4000],
    [5000, 20_000],
  ] as const) {
    await using base = await createNetns("large");
    await using _many = await createManyNetns(base, namespaces, devices / 2);
    const name = `${namespaces.toLocaleString("en-US")} namespaces, ${devices.toLocaleString("en-US")} devices`;
    figures.push(...(await measure(name, bench, async () => undefined, {})));
  }
  return figures;
}

interface Subject {
  readonly name: string;
  readonly daemon: ProbedDaemon;
  readonly warm: TimedScrape[];
  first?: TimedScrape;
}

/** `touch` makes the lookups that are new at each scrape. */
async function measure(
  what: string,
  { rival }: Bench,
  touch: () => Promise<void>,
  goals: Partial<Record<keyof typeof GOALS, Goal>>,
): Promise<Figure[]> {
  await using ours = await startProbedDaemon(FLAGS);
  await using theirs = rival && (await startProbedDaemon(FLAGS, rival.main));
  const subjects: Subject[] = [{ name: "tablesnoop", daemon: ours, warm: [] }];
  if (rival && theirs) subjects.push({ name: rival.name, daemon: theirs, warm: [] });
  for (let round = -1; round < ROUNDS; round++) {
    await touch();
    for (const subject of round % 2 === 0 ? subjects : [...subjects].reverse()) {
      const scrape = await subject.daemon.scrape();
      if (round < 0) subject.first = scrape;
      else subject.warm.push(scrape);
    }
  }
  const times = ({ warm }: Subject) => warm.map(({ ms }) => ms);
  const blocks = ({ warm }: Subject) => warm.map(({ blockedMs }) => blockedMs);
  const figures = subjects.flatMap((subject): Figure[] => {
    const { name, daemon, first, warm } = subject;
    const label = subjects.length > 1 ? `${what}, ${name}` : what;
    return [
      { name: `${label}: lookup series`, unit: "", value: warm.at(-1)?.text.match(SERIES)?.length ?? 0 },
      { name: `${label}: first scrape`, unit: "ms", value: first?.ms ?? Number.NaN },
      { name: `${label}: first scrape, longest block`, unit: "ms", value: first?.blockedMs ?? Number.NaN },
      timeFigure(`${label}: warm scrape`, "ms", times(subject), goals.ms),
      timeFigure(`${label}: warm scrape, longest block`, "ms", blocks(subject), goals.block),
      { name: `${label}: warm scrape, CPU time`, unit: "ms", value: mean(warm.map(({ cpuMs }) => cpuMs)) },
      {
        ...{ name: `${label}: memory of its own`, unit: "MB", value: megabytesOf(daemon.pid, "RssAnon") },
        ...(goals.memory && { goal: goals.memory }),
      },
      { name: `${label}: pages of files`, unit: "MB", value: megabytesOf(daemon.pid, "RssFile") },
    ];
  });
  const [one, other] = subjects;
  if (one === undefined || other === undefined) return figures;
  return [
    ...figures,
    ratioFigure(`${what}: warm scrape, ${one.name} / ${other.name}`, times(one), times(other)),
    ratioFigure(`${what}: longest block, ${one.name} / ${other.name}`, blocks(one), blocks(other)),
  ];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
