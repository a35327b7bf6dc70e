// The unit tests of native/: each case of the C++ program is a test here, and runs in a process of its own, so that what
// AddressSanitizer or UBSan ends is one case.

import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { runCommand } from "../support/processes/command.js";
import { projectPath } from "../support/project_path.js";

const UNIT = projectPath("dist/test/asan/unit");

test.each(titles())("%s", async (title, place) => {
  const only = [`--first=${place}`, `--last=${place}`];
  const { stdout } = await runCommand(UNIT, ["--order-by=name", "--duration=true", ...only]).catch((error) => {
    throw new Error(`${error.message}\n${error.stdout}`, { cause: error });
  });
  // With its duration each case that ran is told.
  expect(stdout.match(/^[\d.]+ s: .*$/gm)?.map((line) => line.replace(/^[\d.]+ s: /, ""))).toEqual([title]);
});

/** Of the cases, each with its place in the list. */
function titles(): [title: string, place: number][] {
  const { stdout, error } = spawnSync(UNIT, ["--order-by=name", "--list-test-cases"], { encoding: "utf8" });
  if (error !== undefined) throw new Error(`list the native tests: ${error.message}; npm run test:native builds them`);
  const lines = stdout.split("\n").filter((line) => line !== "" && !/^(\[doctest\]|=+$)/.test(line));
  if (lines.length === 0) throw new Error(`list the native tests: there are none in ${stdout}`);
  return lines.map((title, at) => [title, at + 1]);
}
