// The child of test/addon/session_lifetime.test.ts: runs the steps named on its command line, one after the other, on real
// sessions. A wrong outcome throws; a crash shows in how the process ends.

import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { openOwnLines } from "../../../dist/daemon/lines/own_lines.js";
import { openLookups } from "../../../dist/daemon/lookups.js";
import { ABI } from "../../../dist/daemon/native/abi.js";
import { openSession } from "../../../dist/daemon/native/session.js";
import { DEFAULT_QUERY } from "../../../dist/daemon/stream/query.js";
import { buildVocabulary } from "../../../dist/daemon/stream/vocabulary.js";

const OPTIONS = {
  backend: process.env.TABLESNOOP_BACKEND ?? "tracepoint",
  maxCounters: 256,
  ringBytes: 4096,
  kinds: 2 ** ABI.TS_KINDS - 1,
};
const CLOSED = { message: "the session is closed" };

const ANY_ADDRESS = new Uint8Array(32);
/** @type {import("../../../daemon/native/session.js").LookupFilter} */
const FILTER = { kinds: 3, families: 3, results: 3, src: ANY_ADDRESS, dst: ANY_ADDRESS };
/** As TS_LISTENERS. */
const MOST_LISTENERS = 32;

/** @type {import("../../../daemon/native/session.js").Session[]} */
let sessions = [];
/** @type {import("../../../daemon/native/session.js").Listener[]} */
let listeners = [];
/** @type {import("../../../daemon/lines/line_source.js").LineSource[]} */
const sources = [];
let heard = 0;

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
  listen() {
    for (const session of sessions) addListener(session);
  },
  "listen-throw"() {
    for (const session of sessions) {
      addListener(session, () => {
        throw new Error("thrown on purpose by a callback");
      });
    }
  },
  "listen-to-the-last"() {
    for (const session of sessions) {
      for (let count = 0; count < MOST_LISTENERS; count += 1) addListener(session);
      assert.throws(() => addListener(session), { act: "open", object: "a listener" });
    }
  },
  async hear() {
    heard = 0;
    const socket = createSocket("udp4").unref();
    for (const deadline = Date.now() + 10_000; heard < 3; ) {
      assert.ok(Date.now() < deadline, "no callback came");
      await sendSome(socket);
    }
    socket.close();
  },
  flood() {
    const socket = createSocket("udp4").unref();
    setInterval(() => void sendSome(socket), 2).unref();
  },
  "close-listeners"() {
    for (const listener of listeners) listener.close();
  },
  "use-closed-listeners"() {
    for (const listener of listeners) {
      listener.setFilter({ ...FILTER, kinds: 1 });
      assert.ok(listener.dropped().queue >= 0);
      assert.ok(listener.take().lines >= 0);
      listener.close();
    }
  },
  "drop-listeners"() {
    listeners = [];
  },
  "catch-uncaught"() {
    process.on("uncaughtException", (error) => {
      assert.equal(error.message, "thrown on purpose by a callback");
      heard += 1;
    });
  },
  "own-lines"() {
    const output = /** @type {const} */ ({ format: "json", verbose: 0, colour: false });
    const origin = { ownNetns: false, probe: OPTIONS.backend, note: () => undefined, openSession };
    sources.push(openOwnLines({ query: { ...DEFAULT_QUERY, kinds: ["route"] }, ...output, ...origin }));
  },
  "close-lines"() {
    for (const source of sources) source.close();
  },
  "stop-lines"() {
    for (const source of sources) source.stop();
  },
  /** Iterates for ever; the worker that does is terminated. */
  async lookups() {
    let lookups = 0;
    for await (const _ of openLookups({ kinds: ["route"] })) {
      lookups += 1;
      if (lookups === 1) parentPort?.postMessage("at work");
    }
  },
  async "worker-listen-terminate"() {
    for (let round = 0; round < 5; round += 1) {
      const worker = await startWorker(["open", "listen", "hear", "flood", "wait"]);
      await worker.terminate();
    }
  },
  async "worker-lookups-terminate"() {
    for (let round = 0; round < 5; round += 1) {
      const worker = await startWorker(["lookups"]);
      await worker.terminate();
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

/**
 * @param {import("../../../daemon/native/session.js").Session} session
 * @param {() => void} [onLines]
 */
function addListener(session, onLines) {
  session.setVocabulary(buildVocabulary());
  const style = /** @type {const} */ ({ format: "text", verbose: 1, colour: false, tellsDrops: true });
  const listener = session.listen({ filter: FILTER, ...style, queueBytes: 65536 }, () => {
    listener.take();
    heard += 1;
    onLines?.();
  });
  listeners.push(listener);
}

/**
 * Loopback only: each address of 127/8 is a lookup.
 * @param {import("node:dgram").Socket} socket
 */
async function sendSome(socket) {
  for (let last = 2; last < 100; last += 1) socket.send("", 9, `127.0.0.${last}`);
  await new Promise((resolve) => setImmediate(resolve));
}

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
