// What the tests of the command and of the library stand on: two namespaces with routes of every kind, and the command
// started in one of them. Whatever was started is ended after each test.

import { afterAll, afterEach, beforeAll } from "vitest";
import { BACKEND } from "../support/backend.js";
import type { Netns } from "../support/networks/netns.js";
import { createPair, type Pair } from "../support/networks/topology.js";
import { PATIENCE } from "../support/pace.js";
import type { Background } from "../support/processes/background.js";
import {
  type Beacon,
  spawnTablesnoop,
  startTablesnoop,
  type Tablesnoop,
} from "../support/processes/tablesnoop_process.js";
import { send } from "../support/traffic/send.js";
import { waitUntil } from "../support/wait_until.js";

export const SENDS = 23;
export const WAIT = { timeoutMs: 20_000 * PATIENCE };
export const PROBE = `--probe=${BACKEND}`;

export let pair: Pair;
/** Inside the prefixes of most filters, and never sent to by a test. */
export let beacon: Beacon;
export let beacon6: Beacon;
const started: Background[] = [];

export function useStage(): void {
  beforeAll(async () => {
    pair = await createPair();
    const { peer } = pair.address;
    await pair.host.ip(
      `route add 198.51.100.0/25 via ${peer.ipv4}`,
      `route add 198.51.100.128/25 via inet6 ${peer.ipv6} dev host-peer`,
      "route add blackhole 203.0.113.0/26",
      "route add unreachable 203.0.113.64/26",
      "route add prohibit 203.0.113.128/26",
      `route add 192.0.2.0/24 nexthop via ${peer.ipv4} nexthop via ${peer.ipv4} weight 2`,
      `route add 2001:db8:1::/48 via ${peer.ipv6}`,
      "route add blackhole 2001:db8:2::/48",
      "route add 198.18.0.0/16 dev host-peer table 100",
    );
    beacon = { netns: pair.host, to: "198.51.100.99" };
    beacon6 = { netns: pair.host, to: "2001:db8:1::99" };
  });
  afterAll(() => pair?.remove());
  afterEach(async () => {
    for (const one of started.splice(0)) await one.stop("SIGKILL");
  });
}

/** Sees to its end. */
export function keep<T extends Background>(running: T): T {
  started.push(running);
  return running;
}

/** Listening for certain. */
export async function start(flags: readonly string[], at = beacon, netns: Netns = pair.host): Promise<Tablesnoop> {
  return keep(await startTablesnoop(flags, at, { netns }));
}

export async function spawn(...args: Parameters<typeof spawnTablesnoop>): Promise<Background> {
  return keep(await spawnTablesnoop(...args));
}

export function ended(background: Background) {
  return waitUntil("it has ended", background.exit, WAIT);
}

export const to = (destination: string, count = SENDS, from?: string) =>
  send(pair.host, "udp", { to: destination, count, ...(from !== undefined && { from }) });
