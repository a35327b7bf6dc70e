// The table of kernels in Markdown: what passed, failed and was skipped on each, and why.

export interface KernelOutcome {
  readonly title: string;
  /** As uname -r prints it; empty if there is no such kernel here. */
  readonly release: string;
  readonly architecture: string;
  readonly backend: string;
  readonly whyNotRun?: string;
  readonly tests?: readonly {
    readonly file: string;
    readonly name: string;
    readonly state: "passed" | "failed" | "skipped";
    readonly note: string;
  }[];
  /** What went wrong outside the tests. */
  readonly problems?: number;
}

export function kernelTable(outcomes: readonly KernelOutcome[]): string {
  const head = ["kernel", "release", "architecture", "backend", "passed", "failed", "skipped"];
  const rows = outcomes.map(row);
  const reasons = outcomes.flatMap(reasonsOf);
  const lines = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  return `${[...lines, ...(reasons.length > 0 ? ["", ...reasons] : [])].join("\n")}\n`;
}

function row({ title, release, architecture, backend, tests, problems = 0 }: KernelOutcome): string[] {
  const where = [title, release || "none", architecture, backend];
  if (!tests) return [...where, "0", "0", "all"];
  const count = (state: string) => tests.filter((test) => test.state === state).length;
  return [...where, `${count("passed")}`, `${count("failed") + problems}`, `${count("skipped")}`];
}

function reasonsOf({ title, backend, tests = [], whyNotRun, problems = 0 }: KernelOutcome): string[] {
  const where = `${title}, ${backend}`;
  const inOneLine = (text: string) => text.trim().split("\n", 1)[0] ?? "";
  const untold = tests.filter(({ state }) => state !== "passed");
  return [
    ...(whyNotRun ? [`- ${where}: not run: ${inOneLine(whyNotRun)}`] : []),
    ...(problems > 0 ? [`- ${where}: failed outside its tests: ${problems}`] : []),
    ...untold.map(
      ({ file, name, state, note }) => `- ${where}: ${state}: ${file} > ${name}${note ? `: ${inOneLine(note)}` : ""}`,
    ),
  ];
}
