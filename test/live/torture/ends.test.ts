// The short forms of test/torture/ends.test.ts.

import { describe, test } from "vitest";
import { PATIENCE } from "../../support/pace.js";
import { deafenThread } from "../../torture/deaf_thread.js";
import { killUnderFlood } from "../../torture/kills.js";
import { stopUnderFlood } from "../../torture/pauses.js";
import { refuseEachHook, refuseEveryHook } from "../../torture/refused_hooks.js";

const LIMIT = { timeout: 120_000 * PATIENCE };

test("a daemon that is killed under a flood leaves nothing in the kernel", LIMIT, async () => {
  await killUnderFlood({ times: 1 });
});

test(
  "a daemon that is stopped under a flood has counted all of it when it goes on, and tells its listener what it lost",
  LIMIT,
  async () => {
    await stopUnderFlood({ seconds: 2 });
  },
);

describe("a hook that the kernel refuses", () => {
  test("is told in log, readiness and metrics, and what the others see stays exact", LIMIT, async () => {
    await refuseEachHook(3);
  });

  test("is the end if no route lookup can be seen without it: exit 1 and one line", LIMIT, async () => {
    await refuseEveryHook();
  });
});

test("a thread for events that can no longer wait for them loses none untold, and says so", LIMIT, async (context) => {
  await deafenThread(context);
});
