// tablesnoop: arguments, signals and exit codes. Nothing else in the command ends the process.

import { wantsColour } from "./cli/colour.js";
import { EXPLAIN_FLAGS, parseExplainOptions } from "./cli/explain_options.js";
import { asUsageError, CLI_FLAGS, type Options, parseOptions } from "./cli/options.js";
import { Printer } from "./cli/printer.js";
import { TreeSource } from "./cli/tree_source.js";
import { describe } from "./errors.js";
import { explain } from "./explain/explain.js";
import { iproute2 } from "./explain/iproute2.js";
import { explanationText } from "./explain/text.js";
import { renderArgpHelp, renderArgpUsage } from "./flags/argp_help.js";
import { readAccess } from "./lines/daemon_access.js";
import { type DaemonAddress, withoutLogin } from "./lines/daemon_address.js";
import { fetchChanges } from "./lines/daemon_changes.js";
import type { LineSource } from "./lines/line_source.js";
import { openSource } from "./lines/open_lines.js";
import { hearWriteErrors, writeAll } from "./output.js";
import { withoutUnseen } from "./quoted.js";
import { readVersion } from "./version.js";

const PROGRAM = "tablesnoop";
const CLOSING =
  "Needs root, or CAP_BPF and CAP_PERFMON; with --connect neither. Without -g and --netns only lookups in the " +
  "network namespace of the command are shown, and without -x only those that found something. -vv says more than -v. How the kernel decides about one destination: " +
  "tablesnoop explain DST, see tablesnoop explain --help.";
const EXPLAIN_CLOSING =
  "Asks the kernel for the route to DST, an address, while listening to its lookups, and prints how it decided. Needs " +
  "iproute2, and root, or with --connect to a daemon of this machine only what ip route get needs. Exit status: 0 routed, " +
  "1 not routed, 2 it cannot be asked.";

/** How long an output that takes nothing may hold up the end. */
const STOP_MS = 2000;

/** Of explain, whose exit status 1 is an answer. */
const CANNOT_ASK = 2;

hearWriteErrors();

const [first, ...others] = process.argv.slice(2);
if (first === "explain") {
  await explainMain(others).catch((error: unknown) => fail(error, CANNOT_ASK));
} else {
  await main(process.argv.slice(2)).catch((error: unknown) => fail(error));
}

async function main(argv: readonly string[]): Promise<void> {
  const options = parseOptions(argv);
  if ("show" in options) {
    await writeAll(process.stdout, shown(options.show));
    return;
  }
  hidePassword(argv, options.connect);
  const ending = new AbortController();
  let source: LineSource | undefined;
  const stop = () => {
    // The second time in earnest.
    if (ending.signal.aborted) process.exit(0);
    ending.abort();
    source?.stop();
    setTimeout(() => {
      tellDrops(source);
      process.exit(0);
    }, STOP_MS).unref();
  };
  process.on("SIGINT", () => {
    // The terminal shows ^C; what follows, the prompt too, begins on a line of its own.
    if (process.stderr.isTTY) process.stderr.write("\n");
    stop();
  });
  process.on("SIGTERM", stop);
  try {
    const access = readAccess(options.accessFiles);
    const colour = wantsColour(options, process.stdout.isTTY === true, process.env);
    const format = options.format === "tree" ? "json" : options.format;
    const lines = await openSource({ ...options, format, access, colour, note, signal: ending.signal });
    source = options.format === "tree" ? new TreeSource(lines) : lines;
  } catch (error) {
    if (ending.signal.aborted) process.exit(0);
    throw asUsageError(error);
  }
  if (ending.signal.aborted) source.stop();
  if (options.durationMs !== undefined) setTimeout(() => ending.signal.aborted || stop(), options.durationMs);
  await print(source, options);
  process.exit(0);
}

async function explainMain(argv: readonly string[]): Promise<void> {
  const options = parseExplainOptions(argv);
  if ("show" in options) {
    await writeAll(process.stdout, renderArgpHelp(`${PROGRAM} explain DST`, EXPLAIN_FLAGS, EXPLAIN_CLOSING));
    return;
  }
  const { question, format, probe, connect, accessFiles } = options;
  hidePassword(["explain", ...argv], connect);
  const listening = { probe, access: readAccess(accessFiles), ...(connect && { connect }) };
  const explanation = await explain(question, listening, { ask: iproute2(question.netns), openSource, fetchChanges });
  await writeAll(
    process.stdout,
    format === "json" ? `${withoutUnseen(JSON.stringify(explanation))}\n` : explanationText(explanation),
  );
  process.exit(explanation.routed ? 0 : 1);
}

async function print(source: LineSource, options: Options): Promise<void> {
  const printer = new Printer(process.stdout, options);
  try {
    for (;;) {
      const lines = await source.next();
      if (lines === undefined || !(await printer.print(lines))) return;
    }
  } finally {
    printer.end();
    source.close();
    if (!printer.isBroken) tellDrops(source);
  }
}

function tellDrops(source: LineSource | undefined): void {
  if (source === undefined) return;
  const { ringbuf, queue, daemon } = source.dropped();
  if (ringbuf > 0) tell(`${ringbuf} events dropped (ring buffer full)`);
  if (queue > 0) tell(`${queue} events dropped (reader too slow)`);
  if (daemon > 0) tell(`${daemon} events dropped (by the daemon: ring buffer full or reader too slow)`);
}

/** Everybody on this machine sees the arguments of every process. */
function hidePassword(argv: readonly string[], connect: DaemonAddress | undefined): void {
  if (connect?.login === undefined || connect.login.password === "") return;
  process.title = [PROGRAM, ...argv.map(withoutLogin)].join(" ");
}

function shown(what: "help" | "usage" | "version"): string {
  if (what === "help") return renderArgpHelp(PROGRAM, CLI_FLAGS, CLOSING);
  if (what === "usage") return renderArgpUsage(PROGRAM, CLI_FLAGS);
  const { version, revision } = readVersion();
  return `${PROGRAM} ${version}${revision === "" ? "" : ` (${revision})`}\n`;
}

function note(text: string): void {
  tell(`note: ${text}`);
}

function tell(text: string): void {
  process.stderr.write(`${PROGRAM}: ${text}\n`);
}

/** `status`: instead of the error's own. */
function fail(error: unknown, status?: number): never {
  const { text, exitCode } = describe(error, PROGRAM, false);
  process.stderr.write(`${text}\n`);
  process.exit(status ?? exitCode);
}
