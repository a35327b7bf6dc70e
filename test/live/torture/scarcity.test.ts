// The short forms of test/torture/scarcity.test.ts. A log nobody reads: test/live/log.test.ts.

import { describe, test } from "vitest";
import { PATIENCE } from "../../support/pace.js";
import { skipFor, Unavailable } from "../../support/unavailable.js";
import {
  fillDiskUnderLog,
  outgrowMemory,
  overrunCounters,
  overrunSmallRing,
  startWithoutDescriptors,
  startWithoutMemory,
  useUpDescriptors,
} from "../../torture/scarcity.js";

const LIMIT = { timeout: 60_000 * PATIENCE };

describe("a memory cgroup that is too small", () => {
  test("ends a daemon that outgrows it, and nothing of it stays in the kernel", LIMIT, async (context) => {
    await outgrowMemory().catch((error: unknown) => {
      if (error instanceof Unavailable) skipFor(error, context);
      throw error;
    });
  });

  test("ends a start", LIMIT, async (context) => {
    await startWithoutMemory().catch((error: unknown) => {
      if (error instanceof Unavailable) skipFor(error, context);
      throw error;
    });
  });
});

describe("descriptors", () => {
  test(
    "that are used up by clients stop no counting, and the daemon answers as soon as some are free",
    LIMIT,
    async () => {
      await useUpDescriptors();
    },
  );

  test("that are too few to start are one line and exit 1, or enough", LIMIT, async () => {
    await startWithoutDescriptors();
  });
});

test("a disk that is full under the log stops nothing, and logging goes on when there is room", LIMIT, async () => {
  await fillDiskUnderLog();
});

test("a ring that is too small loses events, each told to the listener and counted, and no count", LIMIT, async () => {
  await overrunSmallRing(1_000_000);
});

test("a counter map that is full on all CPUs at once loses detail, and no lookup", LIMIT, async () => {
  await overrunCounters({ tables: 200, calls: 1000 });
});
