// What the stream delivers of a flood, and what listening costs the flood: against bpftrace printing the same fields.

import { readFileSync } from "node:fs";
import { type Background, startBackground } from "../support/processes/background.js";
import { startDaemon } from "../support/processes/daemon_process.js";
import { cpuSecondsOf } from "../support/processes/resources.js";
import { openStream } from "../support/processes/stream_client.js";
import { floodLookups } from "../support/traffic/flood.js";
import { delta } from "../support/truth/scrape.js";
import { waitUntil } from "../support/wait_until.js";
import type { Bench } from "./bench.js";
import { createEgressRouter, type EgressRouter } from "./egress_router.js";
import { type Figure, medianFigure, paired } from "./figure.js";
import type { Rival } from "./rival.js";

const FLAGS = ["--web.enable-stream", "--web.disable-exporter-metrics"];
const ROUNDS = 3;
const LOOKUPS = 1_000_000;
const PACED_RATE = 300_000;
const PACED_SECONDS = 4;
/** The best of so many runs stands for a round: what disturbs can only add time. */
const RUNS = 3;
const COUNTED = 300_000;

const LINES_PER_CORE = 500_000;
const OVER_BPFTRACE = 3;
const FILTERED_OVER_COUNTING = 1.2;

interface Delivery {
  /** Lines per second from the flood's begin to the last line. */
  readonly rate: number;
  /** Lines per second of the reading process's CPU time. */
  readonly perCore: number;
  /** Percent of the flood. */
  readonly lost: number;
}

interface Reader {
  readonly pid: number;
  /** Lines handed out since the start. */
  lines(): Promise<number>;
  /** Lookups lost since the start, where it tells; else what is not delivered is lost. */
  lost?(): Promise<number>;
  stop(): Promise<void>;
}

export async function measureStream({ cpu, rival }: Bench): Promise<Figure[]> {
  await using router = await createEgressRouter(1);
  const rounds = { ours: [] as Delivery[], theirs: [] as Delivery[] };
  for (let round = 0; round < ROUNDS; round++) {
    const order = round % 2 === 0 ? (["ours", "theirs"] as const) : (["theirs", "ours"] as const);
    for (const whose of order) {
      const reader = await (whose === "ours"
        ? startCurl(router)
        : rival
          ? startCurl(router, rival)
          : startPrinting(router));
      try {
        rounds[whose].push(await deliver(router, reader, cpu, LOOKUPS));
      } finally {
        await reader.stop();
      }
    }
  }
  const of = (whose: "ours" | "theirs", key: keyof Delivery) => rounds[whose].map((delivery) => delivery[key]);
  const times = (key: keyof Delivery) => paired(of("ours", key), of("theirs", key), (ours, theirs) => ours / theirs);
  if (rival) {
    return [
      medianFigure("stream: tablesnoop delivers", "lines/s", of("ours", "rate")),
      medianFigure(`stream: ${rival.name} delivers`, "lines/s", of("theirs", "rate")),
      medianFigure(`stream: tablesnoop delivers / ${rival.name} delivers`, "", times("rate")),
      medianFigure(`stream: tablesnoop per core / ${rival.name} per core`, "", times("perCore")),
    ];
  }
  return [
    medianFigure("stream: delivered to an HTTP client", "lines/s", of("ours", "rate")),
    {
      ...medianFigure("stream: per core of the daemon", "lines/s", of("ours", "perCore")),
      goal: { atLeast: LINES_PER_CORE },
    },
    medianFigure("stream: lost of a full flood, and counted", "%", of("ours", "lost")),
    medianFigure("stream: bpftrace prints", "lines/s", of("theirs", "rate")),
    medianFigure("stream: per core of bpftrace", "lines/s", of("theirs", "perCore")),
    medianFigure("stream: bpftrace loses", "%", of("theirs", "lost")),
    { ...medianFigure("stream: delivered / bpftrace prints", "", times("rate")), goal: { atLeast: OVER_BPFTRACE } },
    medianFigure("stream: per core / bpftrace per core", "", times("perCore")),
    await measurePaced(router, cpu),
    ...(await measureFiltered(router, cpu)),
  ];
}

async function measurePaced(router: EgressRouter, cpu: number): Promise<Figure> {
  const reader = await startCurl(router);
  try {
    const { lost } = await deliver(router, reader, cpu, PACED_RATE * PACED_SECONDS, PACED_RATE);
    return { name: `stream: lost at ${PACED_RATE} lookups/s`, unit: "%", value: lost, goal: { atMost: 0 } };
  } finally {
    await reader.stop();
  }
}

/** What a lookup costs with a listener who wants another destination, against no listener at all. */
async function measureFiltered(router: EgressRouter, cpu: number): Promise<Figure[]> {
  await using daemon = await startDaemon(FLAGS);
  const alone: number[] = [];
  const filtered: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    alone.push(await nsPerLookup(router, cpu));
    await using _stream = await openStream(daemon, { dst: "192.0.2.1" });
    filtered.push(await nsPerLookup(router, cpu));
  }
  const ratio = medianFigure(
    "stream: filtered to nothing / counting alone",
    "",
    paired(filtered, alone, (a, b) => a / b),
  );
  return [
    medianFigure("stream: lookup, counting alone", "ns", alone),
    medianFigure("stream: lookup, filtered to nothing", "ns", filtered),
    { ...ratio, goal: { atMost: FILTERED_OVER_COUNTING } },
  ];
}

async function nsPerLookup(router: EgressRouter, cpu: number): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS; run++) best = Math.min(best, (await flood(router, cpu, COUNTED)).ns_per_lookup);
  return best;
}

function flood({ netns, device, destinations }: EgressRouter, cpu: number, count: number, rate?: number) {
  const [destination = ""] = destinations("ipv4", 1);
  const pace = rate === undefined ? {} : { rate };
  return floodLookups({ netns, device, destinations: [destination], count, cpu, isDirect: true, ...pace });
}

async function deliver(
  router: EgressRouter,
  reader: Reader,
  cpu: number,
  lookups: number,
  rate?: number,
): Promise<Delivery> {
  const start = { lines: await reader.lines(), lost: await reader.lost?.(), cpu: cpuSecondsOf(reader.pid) };
  const begin = performance.now();
  await flood(router, cpu, lookups, rate);
  let last = { lines: -1, at: 0 };
  await waitUntil(
    "no more lines come",
    async () => {
      const lines = await reader.lines();
      if (lines !== last.lines) last = { lines, at: performance.now() };
      return performance.now() - last.at > 300;
    },
    { intervalMs: 50, timeoutMs: 60_000 },
  );
  const lines = last.lines - start.lines;
  const lost = start.lost === undefined ? lookups - lines : ((await reader.lost?.()) ?? 0) - start.lost;
  if (start.lost !== undefined && lines + lost !== lookups) {
    throw new Error(`deliver ${lookups} lookups: ${lines} came and ${lost} were dropped`);
  }
  const seconds = cpuSecondsOf(reader.pid) - start.cpu;
  return {
    rate: (1000 * lines) / (last.at - begin),
    perCore: lines / seconds,
    lost: (100 * lost) / lookups,
  };
}

/** The daemon, and a client that takes every lookup of the router. */
async function startCurl({ netns }: EgressRouter, rival?: Rival): Promise<Reader> {
  const daemon = await startDaemon(FLAGS, rival && { command: [process.execPath, rival.main] });
  let curl: Background | undefined;
  const stop = async () => {
    await curl?.stop("SIGKILL");
    await daemon.stop();
  };
  try {
    const before = await daemon.scrape();
    const grown = async (name: string) => delta(before, await daemon.scrape(), name);
    const url = `${daemon.url}/stream?kind=route&netns=${netns.name}`;
    curl = await startBackground("sh", ["-c", 'exec curl -sN "$1" >/dev/null', "sh", url]);
    await waitUntil("curl listens", async () => (await grown("tablesnoop_stream_listeners")) === 1);
    return {
      pid: daemon.pid,
      lines: () => grown("tablesnoop_stream_lines_total"),
      lost: () => grown("tablesnoop_events_dropped_total"),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** bpftrace with a printf for every lookup. Its output is counted by its bytes; all lines are of one length. */
async function startPrinting(router: EgressRouter): Promise<Reader> {
  const [destination = ""] = router.destinations("ipv4", 1);
  const fields = "ntop(args->src), ntop(args->dst), ntop(args->gw4), args->name";
  const program = `tracepoint:fib:fib_table_lookup { printf("v4: src: %s  dst: %s --> gw: %s egress: %s\\n", ${fields}); }`;
  const line = `v4: src: 0.0.0.0  dst: ${destination} --> gw: 0.0.0.0 egress: ${router.device}\n`;
  const shell = 'test -d "$1/events" || mount -t tracefs tracefs "$1"; exec bpftrace -B full -e "$2" >/dev/null';
  const args = ["--mount", "sh", "-ec", shell, "sh", "/sys/kernel/tracing", program];
  const tracer = await startBackground("unshare", args);
  try {
    await waitUntil(
      "bpftrace prints",
      async () => {
        const before = writtenBytes(tracer);
        await flood(router, 0, 1000);
        return writtenBytes(tracer) - before > 500 * line.length;
      },
      { timeoutMs: 30_000, intervalMs: 300 },
    );
  } catch (error) {
    await tracer.stop("SIGKILL");
    throw error;
  }
  return {
    pid: tracer.pid,
    lines: async () => Math.round(writtenBytes(tracer) / line.length),
    stop: async () => {
      await tracer.stop("SIGINT");
    },
  };
}

function writtenBytes({ pid }: Background): number {
  return Number(/^wchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, "utf8"))?.[1]);
}
