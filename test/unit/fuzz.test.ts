// What strangers write, in short; for long: test/torture/fuzz.test.ts.

import fc from "fast-check";
import { test } from "vitest";
import { PROPERTIES } from "../torture/properties.js";

test.each(Object.entries(PROPERTIES))("%s", async (_, property) => {
  await fc.assert(property, { numRuns: 300 });
});
