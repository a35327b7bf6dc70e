// A minute of flood; the short form is test/live/torture/flood.test.ts.

import { test } from "vitest";
import { note } from "./figures.js";
import { floodAllCpus } from "./flood.js";

test("for a minute of flood on all CPUs every listener accounts for every lookup made while it listened", async (context) => {
  note(context, await floodAllCpus({ seconds: 60 }));
});
