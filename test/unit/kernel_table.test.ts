import { describe, expect, it } from "vitest";
import { type KernelOutcome, kernelTable } from "../vm/kernel_table.js";

const WHERE = { title: "Linux 6.12", release: "6.12.1-cloud", architecture: "amd64", backend: "trampoline" };
const passed = { file: "test/live/rules.test.ts", name: "counts", state: "passed", note: "" } as const;

describe("the table of kernels", () => {
  const table = (...outcomes: KernelOutcome[]) => kernelTable(outcomes).trimEnd().split("\n");

  it("has a row for each kernel and backend, and no more if all passed", () => {
    const rows = table({ ...WHERE, tests: [passed, passed] }, { ...WHERE, backend: "tracepoint", tests: [passed] });
    expect(rows.slice(2)).toEqual([
      "| Linux 6.12 | 6.12.1-cloud | amd64 | trampoline | 2 | 0 | 0 |",
      "| Linux 6.12 | 6.12.1-cloud | amd64 | tracepoint | 1 | 0 | 0 |",
    ]);
  });

  it("names what was skipped or failed, with the reason", () => {
    const tests = [
      passed,
      { ...passed, name: "names modules", state: "skipped", note: "no module here\nmore" },
      { ...passed, name: "is exact", state: "failed", note: "" },
    ] as const;
    expect(table({ ...WHERE, tests }).slice(2)).toEqual([
      "| Linux 6.12 | 6.12.1-cloud | amd64 | trampoline | 1 | 1 | 1 |",
      "",
      "- Linux 6.12, trampoline: skipped: test/live/rules.test.ts > names modules: no module here",
      "- Linux 6.12, trampoline: failed: test/live/rules.test.ts > is exact",
    ]);
  });

  it("counts a run that broke outside its tests as a failure", () => {
    expect(table({ ...WHERE, tests: [passed], problems: 1 }).slice(2)).toEqual([
      "| Linux 6.12 | 6.12.1-cloud | amd64 | trampoline | 1 | 1 | 0 |",
      "",
      "- Linux 6.12, trampoline: failed outside its tests: 1",
    ]);
  });

  it("says why a kernel was not run", () => {
    const whyNotRun = "fetch a 6.18 kernel for amd64: the archive has none now";
    expect(table({ ...WHERE, release: "", whyNotRun }).slice(2)).toEqual([
      "| Linux 6.12 | none | amd64 | trampoline | 0 | 0 | all |",
      "",
      `- Linux 6.12, trampoline: not run: ${whyNotRun}`,
    ]);
  });
});
