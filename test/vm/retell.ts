// Tells what became of the live suite in a guest, each inner test as a test of its own.

import { test } from "vitest";
import { innerError, type SuiteReport } from "./live_suite.js";

export function retell({ tests, problems }: SuiteReport): void {
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
