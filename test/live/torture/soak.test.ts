// The short form of test/torture/soak.test.ts: that the load itself is right.

import { test } from "vitest";
import { PATIENCE } from "../../support/pace.js";
import { soak } from "../../torture/soak.js";

test("mixed load is counted exactly, and takes no more at its end than at its start", {
  timeout: 120_000 * PATIENCE,
}, async () => {
  // Long enough that V8 has filled its young generation, once and for all, before the first figure is taken.
  await soak({ minutes: 0.5 });
});
