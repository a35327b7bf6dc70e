// Runs test/live inside a guest, the same files the host runs, and gives back what became of every test.

import type { Backend } from "../../daemon/native/session.js";
import type { Guest } from "./guest.js";
import { type InnerFailure, REPORT_VARIABLE, type ReportLine } from "./line_reporter.js";
import { PROJECT } from "./project_disks.js";

type InnerTest = Extract<ReportLine, { line: "test" }>;

export interface SuiteReport {
  readonly backend: Backend;
  readonly tests: readonly InnerTest[];
  /** What went wrong outside the tests; empty if the run came to its end. */
  readonly problems: readonly Error[];
}

/**
 * What depends on the kernel or the backend; what does not (command line, signals, sheer size) is proven on the host, as
 * emulation costs some twenty times the time. The tracepoint backend runs on the host too. What depends on the kernel alone
 * (no_route) runs with one backend.
 */
const LOOKUPS = ["hooks", "exactness", "results", "attribution", "failed_destinations"];
const BEYOND = ["encap", "neighbour", "drops"];
/** What hangs on functions of the kernel and its modules. */
const OF_FUNCTIONS = [
  "dst_cache",
  "segment_identifiers",
  "socket_cache",
  "floods",
  "vxlan",
  "mpls",
  "netfilter",
  "module_functions",
  "changes_elsewhere",
];
/** What devices, tables and the rules say, once for a kernel. */
const OF_KERNEL = ["packets", "tunnels", "route_tables", "watched_routes", "explain", "decisions"];
/** What continuous integration has time for (TABLESNOOP_SUITE=lookups). */
const OF_LOOKUPS: Readonly<Record<Backend, readonly string[]>> = {
  tracepoint: [...LOOKUPS, "multipath", "one_netns"],
  trampoline: [
    ...LOOKUPS,
    ...["rules", "rule_set", "vrf", "srv6", "ecmp", "full_map_choices", "table_life", "backends", "stream", "no_route"],
  ],
};
/** The rest (TABLESNOOP_SUITE=beyond). */
const OF_BEYOND: typeof OF_LOOKUPS = {
  tracepoint: [...BEYOND, "fdb", "route_changes"],
  trampoline: [...BEYOND, ...OF_FUNCTIONS, ...OF_KERNEL],
};
const EVERY: typeof OF_LOOKUPS = {
  tracepoint: [...OF_LOOKUPS.tracepoint, ...OF_BEYOND.tracepoint],
  trampoline: [...OF_LOOKUPS.trampoline, ...OF_BEYOND.trampoline],
};
const FILES = filesOf(process.env["TABLESNOOP_SUITE"]);

/** "lookups", "beyond", names of files of test/live for both backends, or all that are worth it. */
function filesOf(suite: string | undefined): typeof OF_LOOKUPS {
  if (suite === undefined) return EVERY;
  if (suite === "lookups") return OF_LOOKUPS;
  if (suite === "beyond") return OF_BEYOND;
  const names = suite.split(" ").filter((word) => word !== "");
  return { tracepoint: names, trampoline: names };
}

/** Enough to see that a guest boots, that probes attach to functions there and that they count. */
export const SMOKE: readonly string[] = ["exactness", "rules"];

const REPORT = "/run/report.jsonl";
// Emulation is up to twenty times slower than the machine the suite's own limits are made for.
const PACE = { TABLESNOOP_SMALL: "1", TABLESNOOP_FLOOD: "100000" };
const LIMITS = ["--testTimeout=180000", "--hookTimeout=180000"];
const REPORTERS = ["--reporter=./test/vm/line_reporter.ts", "--reporter=verbose"];

/** `names` of the files of test/live to run; without them, all that are worth it. */
export async function runLiveSuite(
  guest: Guest,
  backend: Backend,
  timeoutMs: number,
  names: readonly string[] = FILES[backend],
): Promise<SuiteReport> {
  const files = names.map((name) => `test/live/${name}.test.ts`);
  const flags = ["--project live", ...REPORTERS, ...LIMITS];
  const vitest = ["node node_modules/vitest/vitest.mjs run", ...flags, ...files].join(" ");
  const env = { ...PACE, NO_COLOR: "1", [REPORT_VARIABLE]: REPORT, TABLESNOOP_BACKEND: backend };
  const tests: InnerTest[] = [];
  const problems: Error[] = [];
  // The console shows the progress to whoever reads the error of a run that hangs.
  await attempt(problems, () => guest.run(`${vitest} 2>&1 | cat >/dev/console`, { timeoutMs, env }));
  let isComplete = false;
  for (const line of await readReport(guest, problems)) {
    if (line.line === "test") tests.push(line);
    else if (line.line === "end") isComplete = true;
    else problems.push(...line.failures.map((failure) => innerError(failure, `${line.where}: `)));
  }
  if (!isComplete && problems.length === 0) {
    const tail = guest.console().split("\n").slice(-40).join("\n");
    problems.push(new Error(`run the live suite: vitest ended without finishing its report\n${tail}`));
  }
  return { backend, tests, problems };
}

/** As if it had been thrown here: the stack's paths are the host's, so that the runner can show the source. */
export function innerError({ message, stack }: InnerFailure, prefix = ""): Error {
  const error = new Error(`${prefix}${message}`);
  const frames = stack.slice(Math.max(stack.indexOf("\n    at "), 0)).replaceAll("/tablesnoop/", `${PROJECT}/`);
  error.stack = `Error: ${error.message}${frames}`;
  return error;
}

/** What there is of it, also after a run that was ended; nothing of a guest that died. */
async function readReport(guest: Guest, problems: Error[]): Promise<ReportLine[]> {
  const result = await attempt(problems, () => guest.run(`cat ${REPORT}`, { timeoutMs: 60_000 }));
  const lines = (result?.stdout ?? "").split("\n").filter((text) => text !== "");
  return lines.map((text) => JSON.parse(text) as ReportLine);
}

/** A guest that died fails every call with the same console: the first one is enough. */
async function attempt<T>(problems: Error[], act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (problems.length === 0) problems.push(error instanceof Error ? error : new Error(String(error)));
    return undefined;
  }
}
