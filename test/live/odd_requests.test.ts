// Odd, slow, endless and broken requests over raw sockets against a real daemon, for as many seconds as
// TABLESNOOP_TORTURE_SECONDS says: it goes on answering, says nothing in its log, and does not grow.
//
// TABLESNOOP_SEED repeats a run that failed; the failure names it.

import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { startBackend } from "../support/backend.js";
import { PATIENCE } from "../support/pace.js";
import type { DaemonProcess } from "../support/processes/daemon_process.js";
import { type OddConnection, oddConnection } from "../support/traffic/odd_requests.js";
import { waitUntil } from "../support/wait_until.js";

const { TABLESNOOP_TORTURE_SECONDS = "3", TABLESNOOP_SEED = String(Date.now() % 2 ** 31) } = process.env;
const SECONDS = Number(TABLESNOOP_TORTURE_SECONDS);
const SEED = Number(TABLESNOOP_SEED);
const BATCH = 32;
/** More than the server's 512 connections, so that the old ones have to give way. */
const MOST_OPEN = 600;
const GROWTH_MEGABYTES = 150;

test(
  "odd requests neither stop the daemon nor make it grow",
  async () => {
    await using daemon = await startBackend(["--web.enable-stream", "--web.enable-lifecycle"]);
    await survives(daemon).catch((cause: unknown) => {
      throw new Error(`TABLESNOOP_SEED=${SEED} repeats this`, { cause });
    });
    expect(daemon.stderr().trim().split("\n").at(-1)).toContain("msg=listening");
    expect((await daemon.stop()).code).toBe(0);
  },
  (SECONDS + 60) * 1000 * PATIENCE,
);

async function survives(daemon: DaemonProcess): Promise<void> {
  const before = figures(daemon.pid);
  const open: Socket[] = [];
  const until = performance.now() + SECONDS * 1000;
  let connections = 0;
  try {
    do {
      const batch = fc.sample(oddConnection, { seed: SEED + connections, numRuns: BATCH });
      open.push(...(await Promise.all(batch.map((odd) => sendOdd(daemon, odd)))));
      connections += batch.length;
      for (const socket of open.splice(0, Math.max(0, open.length - MOST_OPEN))) socket.destroy();
      await answers(daemon);
    } while (performance.now() < until);
  } finally {
    for (const socket of open) socket.destroy();
  }
  await waitUntil("its connections are gone", () => figures(daemon.pid).descriptors <= before.descriptors + 1, {
    timeoutMs: 30_000 * PATIENCE,
  });
  const after = figures(daemon.pid);
  console.log(`${connections} connections, resident ${before.megabytes} MB before, ${after.megabytes} MB after`);
  expect(after.megabytes).toBeLessThan(before.megabytes + GROWTH_MEGABYTES);
}

/** A connection on which everything has been sent. Rejects never: what becomes of it is the daemon's business. */
async function sendOdd({ url }: DaemonProcess, { pieces, manner }: OddConnection): Promise<Socket> {
  const buffer = Buffer.alloc(64);
  const onread = { buffer, callback: () => manner !== "never reads" && manner !== "reads slowly" };
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), onread, allowHalfOpen: true });
  socket.on("error", () => undefined);
  await Promise.race([once(socket, "connect"), once(socket, "close")]);
  for (const piece of pieces) {
    if (socket.writable) socket.write(piece, "latin1");
    await turn();
  }
  if (manner === "half closes") socket.end();
  if (manner === "resets") socket.resetAndDestroy();
  if (manner === "reads slowly") {
    const timer = setInterval(() => socket.resume(), 200);
    socket.once("close", () => clearInterval(timer));
  }
  return socket;
}

async function answers({ url }: DaemonProcess): Promise<void> {
  for (const path of ["/-/healthy", "/-/ready", "/metrics"]) {
    const signal = AbortSignal.timeout(5000 * PATIENCE);
    const answer = await fetch(`${url}${path}`, { signal, headers: { connection: "close" } });
    await answer.arrayBuffer();
    expect([path, answer.status]).toEqual([path, 200]);
  }
}

function figures(pid: number): { readonly megabytes: number; readonly descriptors: number } {
  const [, kilobytes = ""] = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return { megabytes: Math.round(Number(kilobytes) / 1000), descriptors: readdirSync(`/proc/${pid}/fd`).length };
}
