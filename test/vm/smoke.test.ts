// One guest, as `npm test` has time for: it boots, and probes at functions, which the machine this is developed on may
// refuse, count there. The whole matrix is live.test.ts.

import { describe, test } from "vitest";
import { skipFor } from "../support/unavailable.js";
import { boot } from "./guest.js";
import { runLiveSuite, SMOKE } from "./live_suite.js";
import { prepareMachine, titleOf } from "./machines.js";
import { retell } from "./retell.js";

const TIMEOUT_MS = 600_000;

// Tests must be known before the first one runs: the guest does its work while this file is being collected.
const machine = await prepareMachine({ series: "6.12", architecture: "amd64" });

describe(`${titleOf(machine)}, as a smoke test`, async () => {
  if ("unavailable" in machine) {
    test("a guest boots and counts", (context) => skipFor(machine.unavailable, context));
    return;
  }
  const guest = await boot(machine);
  try {
    retell(await runLiveSuite(guest, "trampoline", TIMEOUT_MS, SMOKE));
  } finally {
    await guest.stop();
  }
});
