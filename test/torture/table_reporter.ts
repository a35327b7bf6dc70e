// The table at the end of `npm run torture`: each scenario, what became of it, how long it took, and its figures.

import type { Reporter, TestCase } from "vitest/node";
import type { Figures } from "./figures.js";

const MARKS = { passed: "held", failed: "BROKE", skipped: "skipped", pending: "did not run" } as const;

class TableReporter implements Reporter {
  readonly #tests: TestCase[] = [];

  onTestCaseResult(test: TestCase): void {
    this.#tests.push(test);
  }

  onTestRunEnd(): void {
    const rows = this.#tests.map(rowOf);
    const width = Math.max(0, ...rows.map(({ mark }) => mark.length));
    process.stdout.write("\n");
    for (const { mark, seconds, title, details } of rows) {
      process.stdout.write(`${mark.padEnd(width)}  ${seconds.padStart(5)} s  ${title}\n`);
      for (const detail of details) process.stdout.write(`${" ".repeat(width + 11)}${detail}\n`);
    }
    process.stdout.write("\n");
  }
}

function rowOf(test: TestCase) {
  const { state, ...result } = test.result();
  const { figures = {} } = test.meta() as { figures?: Figures };
  const told = Object.entries(figures).map(([name, value]) => `${name}: ${shown(value)}`);
  const reason = "note" in result && result.note !== undefined ? [result.note] : [];
  return {
    mark: MARKS[state],
    seconds: ((test.diagnostic()?.duration ?? 0) / 1000).toFixed(0),
    title: test.fullName,
    details: [...(told.length > 0 ? [told.join(" · ")] : []), ...reason],
  };
}

function shown(value: string | number): string {
  return typeof value === "number" ? value.toLocaleString("en-GB", { maximumFractionDigits: 1 }) : value;
}

// vitest takes a reporter only as the default export.
export { TableReporter as default };
