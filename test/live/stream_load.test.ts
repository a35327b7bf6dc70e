// The stream under load and among clients that misbehave: what is not delivered is told and counted, what is counted
// stays exact, and memory stays what it was.

import { connect } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startBackend } from "../support/backend.js";
import { createPair, type Pair } from "../support/networks/topology.js";
import { FLOOD, PATIENCE } from "../support/pace.js";
import type { DaemonProcess } from "../support/processes/daemon_process.js";
import { megabytesOf } from "../support/processes/resources.js";
import { openStream, type StreamClient } from "../support/processes/stream_client.js";
import { floodLookups } from "../support/traffic/flood.js";
import { delta, total } from "../support/truth/scrape.js";
import { waitUntil } from "../support/wait_until.js";

const ROUTES = "tablesnoop_route_lookups_total";
const LINES = "tablesnoop_stream_lines_total";
const DROPPED = "tablesnoop_events_dropped_total";
const CONNECTS = 1000;
const MOST_GROWTH_MB = 40;

let daemon: DaemonProcess;
let pair: Pair;

beforeAll(async () => {
  pair = await createPair();
  await pair.host.sysctl({ "net.ipv4.ip_forward": 1 });
}, 60_000 * PATIENCE);

afterAll(async () => {
  await pair?.remove();
});

beforeEach(async () => {
  daemon = await startBackend(["--web.enable-stream"]);
  return async () => {
    await daemon.stop();
  };
}, 60_000 * PATIENCE);

const flood = (count: number, cpu = 0) =>
  floodLookups({ netns: pair.host, device: "host-peer", destinations: [pair.address.peer.ipv4], count, cpu });

function deliveredAndDropped(lines: readonly string[]): { delivered: number; dropped: number } {
  const counts = { delivered: 0, dropped: 0 };
  for (const line of lines) {
    const [, lost] = /^# dropped (\d+) lines$/.exec(line) ?? [];
    if (lost === undefined) counts.delivered += 1;
    else counts.dropped += Number(lost);
  }
  return counts;
}

/** Once all is accounted for and nothing more comes. */
async function accounted(stream: StreamClient, made: number): Promise<ReturnType<typeof deliveredAndDropped>> {
  let counts = { delivered: 0, dropped: 0 };
  await waitUntil(
    "all lookups are accounted for",
    () => {
      counts = deliveredAndDropped(stream.lines());
      return counts.delivered + counts.dropped >= made;
    },
    { timeoutMs: 10_000 * PATIENCE, intervalMs: 200 },
  ).catch((cause: unknown) => {
    throw new Error(`${String(cause)}: ${counts.delivered} delivered, ${counts.dropped} dropped of ${made}`, { cause });
  });
  return deliveredAndDropped(await stream.settled(0));
}

async function noListeners(): Promise<void> {
  await waitUntil(
    "nobody listens any more",
    async () => total(await daemon.scrape(), "tablesnoop_stream_listeners") === 0,
    { timeoutMs: 20_000 * PATIENCE },
  );
}

describe("a flood", () => {
  const query = () => ({ netns: pair.host.name, kind: "route", dst: pair.address.peer.ipv4 });

  test("to a reader that is stuck meanwhile: delivered and dropped make up all, by the lines and by the metrics", {
    timeout: 120_000 * PATIENCE,
  }, async () => {
    const made = Math.min(FLOOD, 2_000_000);
    await using stream = await openStream(daemon, query());
    const before = await daemon.scrape();
    stream.pause();
    await Promise.all([flood(made / 2, 0), flood(made / 2, 1)]);
    stream.resume();
    const { delivered, dropped } = await accounted(stream, made);
    const after = await daemon.scrape();

    expect(delivered + dropped).toBe(made);
    expect(delta(before, after, LINES)).toBe(delivered);
    expect(delta(before, after, DROPPED)).toBe(dropped);
    expect(delta(before, after, DROPPED, { stage: "decode" })).toBe(0);
    expect(delta(before, after, ROUTES, { netns: pair.host.name })).toBe(made);
  });

  test("to a stuck reader costs another one nothing of what it wants", { timeout: 120_000 * PATIENCE }, async () => {
    const made = Math.min(FLOOD, 1_000_000);
    await using stuck = await openStream(daemon, query());
    await using other = await openStream(daemon, { ...query(), dst: pair.address.nowhere.ipv4 });
    stuck.pause();
    const nowhere = { netns: pair.host, device: "host-peer", destinations: [pair.address.nowhere.ipv4] };
    await Promise.all([flood(made, 0), floodLookups({ ...nowhere, count: 1000, cpu: 1 })]);
    const { delivered, dropped } = await accounted(other, 1000);
    expect(delivered + dropped).toBe(1000);
  });
});

describe("bad clients", () => {
  test("change no count, keep no place and leave memory as it was", { timeout: 240_000 * PATIENCE }, async () => {
    const made = Math.min(FLOOD, 2_000_000);
    const round = async () => {
      const neverReads = await openStream(daemon, { format: "json" });
      neverReads.pause();
      try {
        await Promise.all([flood(made), misbehave(CONNECTS), halfClosed(), rubbish()]);
        await Promise.all([flood(1000), openAtOnce()]);
      } finally {
        await neverReads.close();
      }
    };
    // What is used once is kept, such as a queue's place in the heap, and which thread's arena it is in varies. Measured
    // over six equal rounds: 164 MB after the first, between 191 and 206 after each of the others. So the third is judged.
    for (let warm = 0; warm < 2; warm++) {
      await round();
      await noListeners();
    }
    const [before, megabytes] = [await daemon.scrape(), megabytesOf(daemon.pid)];
    await round();
    await noListeners();
    expect(delta(before, await daemon.scrape(), ROUTES, { netns: pair.host.name })).toBe(made + 1000);
    await waitUntil(
      "the memory is back to what it was",
      async () => {
        await daemon.scrape();
        return megabytesOf(daemon.pid) - megabytes < MOST_GROWTH_MB;
      },
      { timeoutMs: 15_000, intervalMs: 200 },
    ).catch((cause: unknown) => {
      throw new Error(`${String(cause)}: ${megabytes} MB before, ${megabytesOf(daemon.pid)} MB after`, { cause });
    });
    expect(daemon.exit()).toBeUndefined();
  });
});

function dial(text: string, use: (socket: ReturnType<typeof connect>) => void): Promise<void> {
  const { hostname, port } = new URL(daemon.url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(text);
      use(socket);
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve());
    socket.resume();
  });
}

const GET = "GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n";

/** Connects and leaves, one after the other: before, while and after the head of the answer comes; politely and not. */
async function misbehave(times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    await dial(time % 5 === 0 ? GET.slice(0, 10) : GET, (socket) => {
      const leave = () => (time % 2 === 0 ? socket.resetAndDestroy() : socket.destroy());
      if (time % 3 === 0) leave();
      else if (time % 3 === 1) setImmediate(leave);
      else socket.once("data", leave).setTimeout(200, leave);
    });
  }
}

/** Closes its own side and still gets lines. */
async function halfClosed(): Promise<void> {
  let bytes = 0;
  await dial(GET, (socket) => {
    socket.end().on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > 10_000) socket.destroy();
    });
    socket.setTimeout(20_000, () => socket.destroy());
  });
  expect(bytes).toBeGreaterThan(10_000);
}

async function rubbish(): Promise<void> {
  for (const path of ["?dst=%00", "?=", `?${"a=1&".repeat(1000)}`, "?%", "?netns=%0a", `?table=${"9".repeat(5000)}`]) {
    expect((await fetch(`${daemon.url}/stream${path}`)).status).toBe(400);
  }
  expect((await fetch(`${daemon.url}/stream`, { headers: { "x-huge": "x".repeat(20_000) } })).status).toBe(431);
  await dial("GET /stream HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nrubbish", (socket) =>
    socket.setTimeout(1000, () => socket.destroy()),
  );
}

/** More than there are places. */
async function openAtOnce(): Promise<void> {
  const answers = await Promise.all(
    Array.from({ length: 40 }, () => openStream(daemon).catch((error: unknown) => String(error))),
  );
  const refused = answers.filter((answer) => typeof answer === "string");
  expect(refused.length).toBeGreaterThanOrEqual(40 - 16);
  for (const text of refused) expect(text).toContain("status 503");
  for (const answer of answers) if (typeof answer !== "string") await answer.close();
}
