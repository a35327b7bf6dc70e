// A route that BGP withdraws, end to end: two real routing daemons, packets that lose their way, the alert of a real
// Prometheus, and all well again once the neighbour is back.

import { describe, expect, test } from "vitest";
import { stageMs, startWithRules } from "../deploy/stage.js";
import { createLine, type Line } from "../support/networks/topology.js";
import { startDaemonIn } from "../support/processes/daemon_in_netns.js";
import {
  type Implementation,
  PROTOCOL,
  type RoutingDaemon,
  startSpeaker,
} from "../support/processes/routing_daemon.js";
import { send } from "../support/traffic/send.js";
import { startTraffic } from "../support/traffic/steady.js";
import { failuresOf, keyOf, routeGrowth } from "../support/truth/growth.js";
import { waitUntil } from "../support/wait_until.js";

const SENDS = 23;
const PREFIX = "198.51.100.0/24";
const BEYOND = "198.51.100.9";
const MISSED = keyOf("ipv4", "main", "", "no_route");
const DEADLINE = { timeoutMs: 60_000 };
/** Scrapes, evaluations and a busy machine. */
const SLACK_MS = 20_000;

/** R, whose routes come from B by BGP. */
interface Network extends AsyncDisposable {
  readonly line: Line;
  announce(): Promise<RoutingDaemon>;
  /** As `ip route` shows it; empty while there is none. */
  route(): Promise<string>;
}

async function createNetwork(which: Implementation): Promise<Network> {
  const line = await createLine();
  const { r, b, address } = line;
  const [here, there] = [
    { address: address.rb.ipv4, as: 65001 },
    { address: address.b.ipv4, as: 65002 },
  ];
  await b.ip(`addr add ${BEYOND}/32 dev lo`);
  const receiving = await startSpeaker(which, r, { ...here, neighbour: there });
  return {
    line,
    announce: () => startSpeaker(which, b, { ...there, neighbour: here, announces: PREFIX }),
    route: async () => (await r.exec("ip", ["route", "show", PREFIX])).stdout,
    [Symbol.asyncDispose]: async () => {
      await receiving[Symbol.asyncDispose]();
      await line.remove();
    },
  };
}

function waitForRoute({ route }: Network): Promise<string> {
  return waitUntil("the route is learned", async () => (await route()) || undefined, DEADLINE);
}

/** Why packets to this destination fail, as the daemon tells. */
async function causeOf(url: string, destination: string): Promise<unknown> {
  const response = await fetch(`${url}/api/failures`);
  const { destinations } = (await response.json()) as { destinations: { destination: string; cause: unknown }[] };
  return destinations.find((row) => row.destination === destination)?.cause;
}

describe.each(["bird", "frr"] as const)("%s", (which) => {
  test("packets are lost from the withdrawal of their route to its return, and each is counted", {
    timeout: 240_000,
  }, async () => {
    await using network = await createNetwork(which);
    const { a, r, address } = network.line;
    const learned = () => waitForRoute(network);
    const announcing = await network.announce();
    expect(await learned()).toContain(`via ${address.b.ipv4} dev r-b proto ${PROTOCOL[which]}`);

    await using daemon = await startDaemonIn(r, ["--web.enable-stream"]);
    const missedBy = async (act: () => Promise<unknown>) => {
      const before = await daemon.scrape();
      await act();
      return failuresOf(routeGrowth(before, await daemon.scrape(), r.name))[MISSED] ?? 0;
    };
    expect(await missedBy(() => send(a, "ping", { to: BEYOND, count: SENDS }))).toBe(0);

    await announcing.kill();
    await waitUntil("the route is withdrawn", async () => (await network.route()) === "", DEADLINE);
    const lost = await missedBy(() => send(a, "ping", { to: BEYOND, count: SENDS }));
    // The kernel may ask once more for what it answers.
    expect(lost).toBeGreaterThanOrEqual(SENDS);
    expect(lost).toBeLessThanOrEqual(2 * SENDS);
    const cause = await waitUntil("the cause is told", () => causeOf(daemon.url, BEYOND));
    expect(cause).toMatchObject({
      prefix: PREFIX,
      via: address.b.ipv4,
      device: "r-b",
      protocol: PROTOCOL[which],
      table: "main",
    });

    await using _again = await network.announce();
    await learned();
    expect(await missedBy(() => send(a, "ping", { to: BEYOND, count: SENDS }))).toBe(0);
  });
});

test("a withdrawn route fires the alert, which resolves once it is back", { timeout: 300_000 }, async () => {
  await using network = await createNetwork("bird");
  const { a, r } = network.line;
  const announcing = await network.announce();
  await waitForRoute(network);
  await using daemon = await startDaemonIn(r);
  await using prometheus = await startWithRules(daemon.url.replace("http://", ""));
  await using _traffic = startTraffic(a, [BEYOND]);
  const where = `netns="${r.name}", family="ipv4"`;
  const isSome = async (expression: string) => (await prometheus.query(expression)).length > 0;
  const isFiring = () => isSome(`ALERTS{alertname="TablesnoopNoRouteSpike", alertstate="firing", ${where}}`);
  await waitUntil("a past is known", () => isSome(`netns_family:tablesnoop_no_route:past1h{${where}}`), DEADLINE);
  expect(await isFiring()).toBe(false);

  await announcing.kill();
  await waitUntil("the alert fires", isFiring, { timeoutMs: stageMs("7m") + SLACK_MS, intervalMs: 250 });

  await using _again = await network.announce();
  await waitForRoute(network);
  await waitUntil("the alert resolves", async () => !(await isFiring()), {
    timeoutMs: stageMs("20m") + SLACK_MS,
    intervalMs: 250,
  });
});
