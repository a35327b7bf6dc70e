// What strangers write, each property for some seconds; the short form is test/unit/fuzz.test.ts. TABLESNOOP_SEED repeats a run.

import fc from "fast-check";
import { describe, test } from "vitest";
import { note } from "./figures.js";
import { PROPERTIES } from "./properties.js";

const { TABLESNOOP_SEED = String(Date.now() % 2 ** 31) } = process.env;
const SECONDS = 8;

describe("whatever strangers write", () => {
  for (const [title, property] of Object.entries(PROPERTIES)) {
    test(title, async (context) => {
      const seed = Number(TABLESNOOP_SEED);
      const limits = { seed, numRuns: 10_000_000, interruptAfterTimeLimit: SECONDS * 1000 };
      const details = await fc.check(property, { ...limits, markInterruptAsFailure: false });
      note(context, { seed: String(seed), runs: details.numRuns });
      if (details.failed) throw new Error(fc.defaultReportMessage(details) ?? "it does not hold");
    });
  }
});
