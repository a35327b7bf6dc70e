// The short form of test/torture/flood.test.ts.

import { test } from "vitest";
import { PATIENCE } from "../../support/pace.js";
import { floodAllCpus } from "../../torture/flood.js";

test("under a flood on all CPUs every listener accounts for every lookup made while it listened", {
  timeout: 120_000 * PATIENCE,
}, async () => {
  await floodAllCpus({ seconds: 5 });
});
