// Sums up a vitest JSON report in one line and says whether the live tests really ran: `node test_summary.mjs FILE`.
// With --need-live a report in which no live test ran is a failure.

import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

/**
 * @typedef {object} TestFile
 * @property {string} name absolute path
 * @property {string} status
 * @property {string} [message]
 * @property {readonly { fullName: string, status: string }[]} assertionResults
 */

/** @param {readonly TestFile[]} files */
export function summarise(files) {
  const tests = files.flatMap((file) => file.assertionResults);
  /** @param {string} status */
  const count = (status) => tests.filter((test) => test.status === status).length;
  // A file that fails before its first test (an import error, a failed hook) has no failed test to show for it.
  const broken = files.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  );
  const passed = count("passed");
  const failed = count("failed") + broken.length;
  return { passed, failed, skipped: tests.length - passed - count("failed"), broken: broken.map((file) => file.name) };
}

/** @param {{ passed: number, failed: number, skipped: number }} summary */
export function summaryLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
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
  for (const name of summary.broken) process.stdout.write(`failed outside its tests: ${name}\n`);
  for (const title of live.skipped) process.stdout.write(`skipped live test: ${title}\n`);
  const lacksLive = args.includes("--need-live") && live.ran === 0;
  if (lacksLive) process.stdout.write("no live test ran, although this machine is root and has kernel types\n");
  if (lacksLive || summary.failed > 0) process.exitCode = 1;
  process.stdout.write(`${summaryLine(summary)}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main(process.argv.slice(2));
