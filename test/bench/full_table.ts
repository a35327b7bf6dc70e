// A full routing table, loaded and withdrawn by a real routing daemon: what hearing of each change costs that daemon, and
// what it leaves in ours. bird gets so many routes from its neighbour over BGP and copies them into the kernel, one request
// each.

import { createNetns, linkVeth } from "../support/networks/netns.js";
import { startDaemonIn } from "../support/processes/daemon_in_netns.js";
import { cpuSecondsOf, megabytesOf } from "../support/processes/resources.js";
import { type Bird, birdsNeighbour, startBirdWith } from "../support/processes/routing_daemon.js";
import { value } from "../support/truth/scrape.js";
import { waitUntil } from "../support/wait_until.js";
import { type Figure, ratioFigure, timeFigure } from "./figure.js";

const ROUTES = 1_000_000;
const ROUNDS = 5;
const ROUTER = { address: "10.98.0.1", as: 64501 } as const;
const NEIGHBOUR = { address: "10.98.0.2", as: 64502 } as const;
/** All of them in 11.0.0.0 to 26.255.255.255, which lead nowhere from here. */
const FIRST = 11 * 2 ** 24;
const DEADLINE = { timeoutMs: 180_000, intervalMs: 20 };

const GOAL = { atMost: 1.02 };

type Act = "load" | "withdraw";

interface Cost {
  readonly seconds: number;
  /** Of the routing daemon, in its requests to the kernel too. */
  readonly cpuSeconds: number;
}

export async function measureFullTable(): Promise<Figure[]> {
  await using netns = await createNetns("table");
  await using peer = await createNetns("peer");
  await linkVeth(
    { netns, device: "out", addresses: [`${ROUTER.address}/24`] },
    { netns: peer, device: "in", addresses: [`${NEIGHBOUR.address}/24`] },
  );
  await using neighbour = await startBirdWith(peer, neighbourConfig());
  await using bird = await startBirdWith(netns, routerConfig());
  await waitUntil(
    "the two speak BGP",
    async () => (await bird.ask("show protocols neighbour")).includes("Established"),
    DEADLINE,
  );
  const bare: Record<Act, Cost[]> = { load: [], withdraw: [] };
  const heard: Record<Act, Cost[]> = { load: [], withdraw: [] };
  const memory: { readonly before: number; readonly after: number }[] = [];
  const removed: number[] = [];

  const round = async (costs: Record<Act, Cost[]>) => {
    costs.load.push(await timed(neighbour, "enable", bird, ROUTES));
    costs.withdraw.push(await timed(neighbour, "disable", bird, 0));
  };
  const heardRound = async () => {
    await using daemon = await startDaemonIn(netns);
    const before = megabytesOf(daemon.pid, "RssAnon");
    await round(heard);
    const labels = { netns: netns.name, family: "ipv4", table: "main", protocol: "bird", change: "removed" };
    const counted = async () => value(await daemon.scrape(), "tablesnoop_route_changes_total", labels) ?? 0;
    // The last notices may be on their way.
    const deadline = performance.now() + 5000;
    let count = await counted();
    while (count < ROUTES && performance.now() < deadline) count = await counted();
    removed.push(count);
    memory.push({ before, after: megabytesOf(daemon.pid, "RssAnon") });
  };
  for (let at = 0; at < ROUNDS; at++) {
    const inTurn = [() => round(bare), heardRound];
    for (const one of at % 2 === 0 ? inTurn : inTurn.reverse()) await one();
  }
  const last = memory.at(-1);
  return [
    ...(["load", "withdraw"] as const).flatMap((act) => figures(act, bare[act], heard[act])),
    { name: "full table: removals counted, least of the rounds", unit: "", value: Math.min(...removed) },
    { name: "full table: memory of its own before", unit: "MB", value: last?.before ?? Number.NaN },
    { name: "full table: memory of its own after", unit: "MB", value: last?.after ?? Number.NaN },
  ];
}

function routerConfig(): string {
  return `
    router id ${ROUTER.address};
    protocol device { scan time 60; }
    protocol kernel kernel1 { scan time 3600; ipv4 { import none; export all; }; }
    ${birdsNeighbour(ROUTER, NEIGHBOUR, "import all; export none;")}`;
}

function neighbourConfig(): string {
  const routes = Array.from({ length: ROUTES }, (_, at) => {
    const address = FIRST + at * 256;
    const octets = [address / 2 ** 24, (address >> 16) & 255, (address >> 8) & 255, 0].map(Math.floor);
    return `route ${octets.join(".")}/24 blackhole;`;
  });
  return `
    router id ${NEIGHBOUR.address};
    protocol device { scan time 60; }
    protocol static full { disabled; ipv4; ${routes.join("\n")} }
    ${birdsNeighbour(NEIGHBOUR, ROUTER, "import none; export all;")}`;
}

async function timed(neighbour: Bird, command: "enable" | "disable", bird: Bird, routes: number): Promise<Cost> {
  const [begin, cpuBefore] = [performance.now(), cpuSecondsOf(bird.pid)];
  await neighbour.ask(`${command} full`);
  await exported(bird, routes);
  return { seconds: (performance.now() - begin) / 1000, cpuSeconds: cpuSecondsOf(bird.pid) - cpuBefore };
}

/** Waits until so many routes of bird's are in the kernel. */
async function exported(bird: Bird, routes: number): Promise<void> {
  await waitUntil(
    `bird has ${routes} routes in the kernel`,
    async () => new RegExp(`Routes:.* ${routes} exported`).test(await bird.ask("show protocols all kernel1")),
    DEADLINE,
  );
}

function figures(act: Act, bare: readonly Cost[], heard: readonly Cost[]): Figure[] {
  const seconds = (costs: readonly Cost[]) => costs.map((cost) => cost.seconds);
  const cpu = (costs: readonly Cost[]) => costs.map(({ cpuSeconds }) => cpuSeconds);
  return [
    timeFigure(`full table: ${act}, alone`, "s", seconds(bare)),
    timeFigure(`full table: ${act}, heard`, "s", seconds(heard)),
    ratioFigure(`full table: ${act}, heard / alone`, seconds(heard), seconds(bare), GOAL),
    ratioFigure(`full table: ${act}, CPU of bird, heard / alone`, cpu(heard), cpu(bare), GOAL),
  ];
}
