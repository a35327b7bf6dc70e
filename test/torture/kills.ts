// The daemon is killed in the middle of its work: the kernel keeps nothing of it, and the next one counts as if there had
// been none before.

import { expect } from "vitest";
import { startBackend } from "../support/backend.js";
import { createPair } from "../support/networks/topology.js";
import { PATIENCE } from "../support/pace.js";
import { openCountingStream } from "../support/processes/counting_stream.js";
import { livingMaps, livingPrograms, mapsOf, programsOf } from "../support/processes/programs.js";
import { startFlood } from "../support/traffic/background_load.js";
import { floodLookups } from "../support/traffic/flood.js";
import { keyOf, routeGrowth } from "../support/truth/growth.js";
import { waitUntil } from "../support/wait_until.js";
import type { Figures } from "./figures.js";

export interface KillsOptions {
  readonly times: number;
}

const GONE = { timeoutMs: 5_000 * PATIENCE };
const EXPECTED = 10_000;

export async function killUnderFlood({ times }: KillsOptions): Promise<Figures> {
  await using pair = await createPair();
  await pair.host.sysctl({ "net.ipv4.ip_forward": 1 });
  const base = { netns: pair.host, device: "host-peer", destinations: [pair.address.peer.ipv4] };
  let slowest = 0;
  let held = 0;
  for (let time = 0; time < times; time += 1) {
    await using daemon = await startBackend(["--web.enable-stream"]);
    await using stream = await openCountingStream(daemon, "json", { netns: pair.host.name });
    await using _flood = startFlood({ ...base, count: 200_000 });
    await waitUntil("lines come", () => stream.account().delivered > 0, GONE);
    const programs = programsOf(daemon.pid);
    const maps = mapsOf(daemon.pid);
    expect(await livingPrograms(programs)).toEqual(programs);
    expect((await livingMaps(maps)).map(({ id }) => id)).toEqual(maps);
    held = programs.length + maps.length;

    const begin = performance.now();
    expect(await daemon.kill()).toEqual({ code: null, signal: "SIGKILL" });
    await nothingLeft(programs, maps);
    slowest = Math.max(slowest, performance.now() - begin);
  }
  await using next = await startBackend();
  const before = await next.scrape();
  await floodLookups({ ...base, count: EXPECTED });
  expect(routeGrowth(before, await next.scrape(), pair.host.name)).toEqual({
    [keyOf("ipv4", "main", "host-peer", "found")]: EXPECTED,
  });
  return { kills: times, "programs and maps": held, "all gone after, ms": Math.round(slowest) };
}

/** Waits until the kernel has let go of all of them. */
export async function nothingLeft(programs: readonly string[], maps: readonly string[]): Promise<void> {
  let left: readonly string[] = [];
  await waitUntil(
    "the kernel keeps nothing of the daemon",
    async () => {
      left = [...(await livingPrograms(programs)), ...(await livingMaps(maps)).map(({ name }) => name)];
      return left.length === 0;
    },
    GONE,
  ).catch((cause: unknown) => {
    throw new Error(`${String(cause)}: left are ${left}`, { cause });
  });
}
