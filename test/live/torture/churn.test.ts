// The short form of test/torture/churn.test.ts.

import { test } from "vitest";
import { PATIENCE } from "../../support/pace.js";
import { churn } from "../../torture/churn.js";

test("namespaces that come and go under the same names are counted exactly, and leave no name, series or counter", {
  timeout: 120_000 * PATIENCE,
}, async () => {
  await churn({ rounds: 1, namespaces: 20, lookupsPerSecond: 10_000 });
});
