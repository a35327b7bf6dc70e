// A thousand namespaces; the short form is test/live/torture/churn.test.ts.

import { test } from "vitest";
import { churn } from "./churn.js";
import { note } from "./figures.js";

test("1,000 namespaces that come and go under the same names are counted exactly, and nothing grows", async (context) => {
  note(context, await churn({ rounds: 10, namespaces: 50, lookupsPerSecond: 20_000 }));
});
