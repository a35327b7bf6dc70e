// The daemon is stopped (SIGSTOP) in the middle of a flood, with listeners, and goes on: the kernel counted all the while,
// and what found no room on its way to a listener is told.

import { expect } from "vitest";
import { startBackend } from "../support/backend.js";
import { createPair } from "../support/networks/topology.js";
import { PATIENCE } from "../support/pace.js";
import { openCountingStream } from "../support/processes/counting_stream.js";
import { startFlood } from "../support/traffic/background_load.js";
import { keyOf, routeGrowth } from "../support/truth/growth.js";
import { delta } from "../support/truth/scrape.js";
import { waitUntil } from "../support/wait_until.js";
import type { Figures } from "./figures.js";

export interface PauseOptions {
  readonly seconds: number;
}

const RATE = 50_000;

export async function stopUnderFlood({ seconds }: PauseOptions): Promise<Figures> {
  await using pair = await createPair();
  await pair.host.sysctl({ "net.ipv4.ip_forward": 1 });
  // A ring that is full within a second or two.
  await using daemon = await startBackend(["--web.enable-stream", "--stream.ring-size=1MiB"]);
  await using stream = await openCountingStream(daemon, "text", { netns: pair.host.name, dst: pair.address.peer.ipv4 });
  const before = await daemon.scrape();
  const destinations = [pair.address.peer.ipv4];
  await using flood = startFlood({ netns: pair.host, device: "host-peer", destinations, count: RATE, rate: RATE });
  await waitUntil("lines come", () => stream.account().delivered > 0, { timeoutMs: 10_000 * PATIENCE });

  process.kill(daemon.pid, "SIGSTOP");
  const end = performance.now() + 1000 * seconds;
  try {
    await waitUntil("the pause is over", () => performance.now() >= end, { timeoutMs: 2000 * seconds });
  } finally {
    process.kill(daemon.pid, "SIGCONT");
  }
  const begin = performance.now();
  const back = await daemon.scrape();
  const firstScrape = performance.now() - begin;
  const made = await flood.stop();
  const account = await stream.accountedFor(made);
  const after = await daemon.scrape();

  expect(routeGrowth(before, after, pair.host.name)).toEqual({
    [keyOf("ipv4", "main", "host-peer", "found")]: made,
  });
  expect(delta(before, back, "tablesnoop_read_errors_total")).toBe(0);
  expect(delta(before, after, "tablesnoop_stream_lines_total")).toBe(account.delivered);
  expect(delta(before, after, "tablesnoop_events_dropped_total")).toBe(account.dropped);
  expect(account.dropped).toBeGreaterThan(0);
  return {
    "stopped, s": seconds,
    made,
    delivered: account.delivered,
    "told as dropped": account.dropped,
    "first scrape after, ms": Math.round(firstScrape),
  };
}
