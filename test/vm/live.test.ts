// test/live again, inside guests: every stock Debian kernel with both probe backends. The machine this is developed on
// may refuse trampolines, so here is where that backend is proven. Each inner test shows up as a test of its own.

import { describe, test } from "vitest";
import type { Backend } from "../../daemon/native/session.js";
import { skipFor } from "../support/unavailable.js";
import { boot } from "./guest.js";
import { innerError, runLiveSuite, type SuiteReport } from "./live_suite.js";
import { type Machine, prepareMachines } from "./machines.js";

const BACKENDS: readonly Backend[] = ["trampoline", "tracepoint"];
// Both kernels run at the same time, each on one core, and both backends one after the other.
const SUITE_TIMEOUT_MS = 900_000;

interface Outcome {
  readonly machine: Machine;
  readonly reports: readonly SuiteReport[];
  readonly failure?: Error;
}

/** A guest of its own for each backend: what the first one left behind, or broke, is not the second one's. */
async function runOn(machine: Machine): Promise<Outcome> {
  const reports: SuiteReport[] = [];
  if ("unavailable" in machine) return { machine, reports };
  try {
    for (const backend of BACKENDS) {
      const guest = await boot(machine);
      try {
        reports.push(await runLiveSuite(guest, backend, SUITE_TIMEOUT_MS));
      } finally {
        await guest.stop();
      }
    }
    return { machine, reports };
  } catch (error) {
    return { machine, reports, failure: error instanceof Error ? error : new Error(String(error)) };
  }
}

// Tests must be known before the first one runs: the guests do their work while this file is being collected.
const outcomes = await Promise.all((await prepareMachines()).map(runOn));

for (const { machine, reports, failure } of outcomes) {
  describe(`Linux ${machine.series}`, () => {
    test("a guest boots and runs the live suite", (context) => {
      if ("unavailable" in machine) skipFor(machine.unavailable, context);
      if (failure) throw failure;
    });
    for (const report of reports) describe(report.backend, () => retell(report));
  });
}

function retell({ tests, problems }: SuiteReport): void {
  test("the suite runs to its end and something passes", () => {
    if (problems.length === 1) throw problems[0];
    if (problems.length > 1) throw new AggregateError(problems, problems.map((problem) => problem.message).join("\n"));
    if (!tests.some(({ state }) => state === "passed")) throw new Error("run the live suite: no test passed");
  });
  for (const { file, name, state, note, failures } of tests) {
    test(`${file} > ${name}`, (context) => {
      if (state === "skipped") context.skip(note || "skipped in the guest without a reason");
      const [first, ...others] = failures.map((failure) => innerError(failure));
      if (first && others.length > 0) throw new AggregateError([first, ...others], first.message);
      if (first) throw first;
      if (state === "failed") throw new Error("failed in the guest without an error");
    });
  }
}
