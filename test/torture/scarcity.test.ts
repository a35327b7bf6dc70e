// Too little of everything; the short forms are test/live/torture/scarcity.test.ts.

import { test } from "vitest";
import { skipFor, Unavailable } from "../support/unavailable.js";
import { note } from "./figures.js";
import {
  fillDiskUnderLog,
  floodUnreadLog,
  outgrowMemory,
  overrunCounters,
  overrunSmallRing,
  startWithoutDescriptors,
  useUpDescriptors,
} from "./scarcity.js";

test("a memory cgroup that is too small ends the daemon, and nothing of it stays in the kernel", async (context) => {
  try {
    note(context, await outgrowMemory());
  } catch (error) {
    if (error instanceof Unavailable) skipFor(error, context);
    throw error;
  }
});

test("descriptors that are used up stop no counting", async (context) => {
  note(context, await useUpDescriptors());
  await startWithoutDescriptors();
});

test("a disk that is full under the log stops nothing", async () => {
  await fillDiskUnderLog();
});

test("10,000 lines for a log that nobody reads hold up nothing, and what is lost of them is told", async (context) => {
  note(context, await floodUnreadLog(10_000));
});

test("a ring that is too small for 20,000,000 lookups loses events, each told and counted, and no count", async (context) => {
  note(context, await overrunSmallRing(20_000_000));
});

test("a counter map that is full on all CPUs at once loses detail, and no lookup", async (context) => {
  note(context, await overrunCounters({ tables: 2000, calls: 10_000 }));
});
