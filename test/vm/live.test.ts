// test/live again, inside guests: every kernel of the matrix with both probe backends. The machine this is developed on
// may refuse trampolines, so here is where that backend is proven. Each inner test shows up as a test of its own, and
// test-output/kernels.md sums them up.

import { mkdir, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { describe, test } from "vitest";
import type { Backend } from "../../daemon/native/session.js";
import { projectPath } from "../support/project_path.js";
import { skipFor } from "../support/unavailable.js";
import { boot } from "./guest.js";
import { type KernelOutcome, kernelTable } from "./kernel_table.js";
import { runLiveSuite, type SuiteReport } from "./live_suite.js";
import { MATRIX, type Machine, prepareMachine, titleOf } from "./machines.js";
import { retell } from "./retell.js";

const BACKENDS: readonly Backend[] = ["trampoline", "tracepoint"];
const SUITE_TIMEOUT_MS = 3_000_000;

interface Outcome {
  readonly machine: Machine;
  readonly backend: Backend;
  readonly report?: SuiteReport;
  readonly failure?: Error;
}

/** A guest of its own for each backend: what the first one left behind, or broke, is not the second one's. */
async function runOn(prepared: Promise<Machine>, backend: Backend): Promise<Outcome> {
  const machine = await prepared;
  if ("unavailable" in machine) return { machine, backend };
  try {
    const guest = await boot(machine);
    try {
      return { machine, backend, report: await runLiveSuite(guest, backend, SUITE_TIMEOUT_MS) };
    } finally {
      await guest.stop();
    }
  } catch (error) {
    return { machine, backend, failure: error instanceof Error ? error : new Error(String(error)) };
  }
}

/** Each guest keeps one core busy, so as many at a time as there are cores. In the order of the matrix. */
async function runMatrix(): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const prepared = new Map(MATRIX.map((choice) => [choice, undefined as Promise<Machine> | undefined]));
  const waiting = MATRIX.flatMap((choice) => BACKENDS.map((backend) => ({ choice, backend })));
  const places = waiting.map((_, place) => place);
  const work = async () => {
    for (let place = places.shift(); place !== undefined; place = places.shift()) {
      const suite = waiting[place];
      if (!suite) return;
      const machine = prepared.get(suite.choice) ?? prepareMachine(suite.choice);
      prepared.set(suite.choice, machine);
      outcomes[place] = await runOn(machine, suite.backend);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return outcomes;
}

// Tests must be known before the first one runs: the guests do their work while this file is being collected.
const outcomes = await runMatrix();
await mkdir(projectPath("test-output"), { recursive: true });
await writeFile(projectPath("test-output/kernels.md"), kernelTable(outcomes.map(summed)));

for (const { machine, backend, report, failure } of outcomes) {
  describe(`${titleOf(machine)}, ${backend}`, () => {
    test("a guest boots and runs the live suite", (context) => {
      if ("unavailable" in machine) skipFor(machine.unavailable, context);
      if (failure) throw failure;
    });
    if (report) retell(report);
  });
}

function summed({ machine, backend, report, failure }: Outcome): KernelOutcome {
  const where = {
    title: titleOf(machine),
    release: "kernel" in machine ? machine.kernel.release : "",
    architecture: machine.choice.architecture,
    backend,
  };
  if ("unavailable" in machine) return { ...where, whyNotRun: machine.unavailable.message };
  if (!report) return { ...where, whyNotRun: failure?.message ?? "it was not run" };
  return { ...where, tests: report.tests, problems: report.problems.length };
}
