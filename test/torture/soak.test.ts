// `npm run soak`; TABLESNOOP_SOAK_MINUTES says how long. The short form is test/live/torture/soak.test.ts.

import { test } from "vitest";
import { note } from "./figures.js";
import { soak } from "./soak.js";

const { TABLESNOOP_SOAK_MINUTES = "20" } = process.env;
const minutes = Number(TABLESNOOP_SOAK_MINUTES);
if (!(minutes >= 1 && minutes <= 24 * 60)) {
  throw new Error(`read TABLESNOOP_SOAK_MINUTES: ${TABLESNOOP_SOAK_MINUTES} is not a number of minutes from 1 to 1440`);
}

test("mixed load for a long time leaves memory, descriptors, CPU time and event loop as they were", {
  timeout: (minutes + 5) * 60_000,
}, async (context) => {
  note(context, await soak({ minutes }));
});
