// Sums up a vitest JSON report in one line and says whether the live tests really ran: `node scripts/test/summary.mjs FILE`.
// With --need-live a report in which no live test ran is a failure.

import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

/**
 * @typedef {object} TestResult
 * @property {string} fullName
 * @property {string} status
 * @property {readonly string[]} [failureMessages]
 */

/**
 * @typedef {object} TestFile
 * @property {string} name absolute path
 * @property {string} status
 * @property {string} [message]
 * @property {readonly TestResult[]} assertionResults
 */

/** @param {readonly TestFile[]} files */
export function summarise(files) {
  const tests = files.flatMap((file) => file.assertionResults);
  /** @param {string} status */
  const count = (status) => tests.filter((test) => test.status === status).length;
  const passed = count("passed");
  const failed = count("failed") + files.filter(isBroken).length;
  return { passed, failed, skipped: tests.length - passed - count("failed") };
}

/** @param {{ passed: number, failed: number, skipped: number }} summary */
export function summaryLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

// How much of a failure's message and stack is shown.
const FAILURE_LINES = 12;

/**
 * What failed and how, a few lines each: a file that broke outside its tests has its own message.
 * @param {readonly TestFile[]} files
 */
export function failures(files) {
  return files.flatMap((file) => [
    ...(isBroken(file) ? [failure(`${file.name}, outside its tests`, file.message)] : []),
    ...file.assertionResults
      .filter((test) => test.status === "failed")
      .map((test) => failure(`${path.basename(file.name)}: ${test.fullName}`, test.failureMessages?.join("\n"))),
  ]);
}

/** @param {string} what @param {string} [message] */
function failure(what, message = "") {
  const lines = message.split("\n").filter((line) => line.trim() !== "" && !line.includes("node_modules"));
  return [`failed: ${what}`, ...lines.slice(0, FAILURE_LINES).map((line) => `    ${line}`)].join("\n");
}

/**
 * A file that fails before its first test (an import error, a failed hook) has no failed test to show for it.
 * @param {TestFile} file
 */
function isBroken(file) {
  return file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed");
}

/** @param {readonly TestFile[]} files */
export function liveTests(files) {
  const live = files.filter((file) => file.name.includes("/test/live/")).flatMap((file) => file.assertionResults);
  return {
    ran: live.filter((test) => test.status === "passed" || test.status === "failed").length,
    skipped: live.filter((test) => test.status !== "passed" && test.status !== "failed").map((test) => test.fullName),
  };
}

/** @param {readonly string[]} args */
function main(args) {
  const [file = ""] = args.filter((arg) => !arg.startsWith("--"));
  if (!existsSync(file)) {
    process.stdout.write(
      `no report ${path.basename(file)}: the test run did not come to its end\n0 passed, 1 failed\n`,
    );
    process.exitCode = 1;
    return;
  }
  /** @type {{ testResults: readonly TestFile[] }} */
  const report = JSON.parse(readFileSync(file, "utf8"));
  const summary = summarise(report.testResults);
  const live = liveTests(report.testResults);
  for (const title of live.skipped) process.stdout.write(`skipped live test: ${title}\n`);
  // Last, as the end of a long output is what one sees of it.
  for (const text of failures(report.testResults)) process.stdout.write(`${text}\n`);
  const lacksLive = args.includes("--need-live") && live.ran === 0;
  if (lacksLive) process.stdout.write("no live test ran, although this machine is root and has kernel types\n");
  if (lacksLive || summary.failed > 0) process.exitCode = 1;
  process.stdout.write(`${summaryLine(summary)}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main(process.argv.slice(2));
