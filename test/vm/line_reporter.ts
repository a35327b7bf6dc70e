// Runs inside the guest, as a reporter of vitest: appends one JSON line per finished test to the file REPORT names.
// Lines rather than one document at the end, so that a run that hangs still tells what it did; and vitest's own JSON
// leaves out why a test was skipped.

import { appendFileSync } from "node:fs";
import type { SerializedError, TestError } from "vitest";
import type { Reporter, TestCase, TestModule } from "vitest/node";

export interface InnerFailure {
  readonly message: string;
  /** Paths as the guest knows them, below /tablesnoop. */
  readonly stack: string;
}

export type ReportLine =
  | {
      readonly line: "test";
      readonly file: string;
      readonly name: string;
      readonly state: "passed" | "failed" | "skipped";
      /** Why it was skipped, if it said so. */
      readonly note: string;
      readonly failures: readonly InnerFailure[];
    }
  /** Not of one test: a file that cannot be loaded, a failed hook, an unhandled rejection. */
  | { readonly line: "problem"; readonly where: string; readonly failures: readonly InnerFailure[] }
  | { readonly line: "end"; readonly reason: string };

export const REPORT_VARIABLE = "TABLESNOOP_VM_REPORT";

class LineReporter implements Reporter {
  onTestCaseResult(test: TestCase): void {
    const result = test.result();
    append({
      line: "test",
      file: test.module.relativeModuleId,
      name: test.fullName,
      state: result.state === "pending" ? "skipped" : result.state,
      note: result.state === "skipped" ? (result.note ?? "") : "",
      failures: (result.errors ?? []).map(failure),
    });
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[], reason: string): void {
    for (const module of modules) {
      problem(module.relativeModuleId, module.errors());
      for (const suite of module.children.allSuites()) problem(suite.fullName, suite.errors());
    }
    problem("outside any test", unhandled);
    append({ line: "end", reason });
  }
}

function problem(where: string, errors: readonly (TestError | SerializedError)[]): void {
  if (errors.length > 0) append({ line: "problem", where, failures: errors.map(failure) });
}

function failure(error: TestError | SerializedError): InnerFailure {
  const diff = "diff" in error && typeof error.diff === "string" ? `\n${error.diff}` : "";
  return { message: `${error.message}${diff}`, stack: error.stack ?? "" };
}

function append(line: ReportLine): void {
  const file = process.env[REPORT_VARIABLE];
  if (!file) throw new Error(`write a report: ${REPORT_VARIABLE} names no file`);
  appendFileSync(file, `${JSON.stringify(line)}\n`);
}

// vitest takes a reporter only as the default export.
export { LineReporter as default };
