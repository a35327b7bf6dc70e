// Checks that C and C++ are formatted as the .clang-format of their folder says; --write formats them. Each release of
// clang-format formats a little differently, so only one's word counts: Debian 12's.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const RELEASE = 14;

const version = output("clang-format", ["--version"]);
const found = Number(/version (\d+)/.exec(version)?.[1]);
if (found === RELEASE) {
  const files = output("git", ["ls-files", "*.c", "*.cc", "*.h"]).trimEnd().split("\n");
  const how = process.argv.includes("--write") ? ["-i"] : ["--dry-run", "-Werror", "--ferror-limit=1"];
  const { status } = spawnSync("clang-format", [...how, ...files], { cwd: ROOT, stdio: "inherit" });
  if (status !== 0) {
    process.stderr.write("format of C and C++: node scripts/clang_format.mjs --write repairs it\n");
    process.exitCode = 1;
  }
} else {
  process.stderr.write(`format of C and C++: not checked; clang-format ${RELEASE} decides, and here is ${found}\n`);
}

/**
 * @param {string} program
 * @param {readonly string[]} args
 */
function output(program, args) {
  const { stdout, error } = spawnSync(program, args, { cwd: ROOT, encoding: "utf8" });
  if (error !== undefined) throw new Error(`run ${program}: ${error.message}`);
  return stdout;
}
