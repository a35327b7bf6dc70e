// The child of test/live/session_lifetime.test.ts: runs the steps named on its command line, one after the other, on real
// sessions. A wrong outcome throws; a crash shows in how the process ends.

import assert from "node:assert/strict";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { ABI } from "../../../dist/daemon/native/abi.js";
import { openSession } from "../../../dist/daemon/native/session.js";

const OPTIONS = {
  backend: process.env.TABLESNOOP_BACKEND ?? "tracepoint",
  maxCounters: 256,
  ringBytes: 4096,
  kinds: 2 ** ABI.TS_KINDS - 1,
};
const CLOSED = { message: "the session is closed" };

/** @type {import("../../../daemon/native/session.js").Session[]} */
let sessions = [];

const steps = {
  open() {
    sessions.push(openSession(OPTIONS));
  },
  read() {
    for (const session of sessions) {
      assert.equal(session.counters().overflow.length, ABI.TS_OVERFLOW_INDICES);
      assert.ok(session.failedDestinations().lookups >= 0);
      assert.ok(session.inventory().netns.length > 0);
      assert.ok(session.probes().some((probe) => probe.attached));
    }
  },
  retire() {
    for (const session of sessions) session.retire(session.counters().index);
  },
  close() {
    for (const session of sessions) session.close();
  },
  "read-closed"() {
    for (const session of sessions) {
      assert.throws(() => session.counters(), CLOSED);
      assert.throws(() => session.failedDestinations(), CLOSED);
      assert.throws(() => session.sampleFailures(1), CLOSED);
      assert.throws(() => session.inventory(), CLOSED);
      assert.throws(() => session.probes(), CLOSED);
      assert.throws(() => session.retire(new Uint32Array(1)), CLOSED);
      assert.throws(() => session.release(new Uint32Array(1)), CLOSED);
      assert.throws(() => session.backend, CLOSED);
    }
  },
  drop() {
    sessions = [];
  },
  async gc() {
    assert.ok(globalThis.gc, "run with --expose-gc");
    for (let round = 0; round < 5; round += 1) {
      globalThis.gc();
      // Finalizers run between turns of the event loop.
      await new Promise((resolve) => setImmediate(resolve));
    }
  },
  async "worker-terminate"() {
    const worker = await startWorker(["open", "read", "wait"]);
    await worker.terminate();
  },
  async "worker-end"() {
    const worker = await startWorker(["open", "read"]);
    const [code] = await once(worker, "exit");
    assert.equal(code, 0);
  },
  async "worker-exit"() {
    const worker = await startWorker(["open", "exit"]);
    await once(worker, "exit");
  },
  "worker-leave": async () => {
    await startWorker(["open", "read", "wait"]);
  },
  async wait() {
    parentPort?.on("message", () => undefined);
  },
  throw() {
    throw new Error("thrown on purpose");
  },
  exit() {
    process.exit(0);
  },
};

/** @param {readonly string[]} names */
async function startWorker(names) {
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: names });
  await once(worker, "message");
  return worker;
}

const names = isMainThread ? process.argv.slice(2) : workerData;
for (const name of names) {
  if (!isMainThread && (name === "wait" || name === "exit")) parentPort?.postMessage("at work");
  await steps[name]();
}
if (!isMainThread && !names.includes("wait")) parentPort?.postMessage("done");
