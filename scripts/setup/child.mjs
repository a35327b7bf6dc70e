// Runs other programs for the set-up and turns their failure into one SetupError.

import { spawnSync } from "node:child_process";

/** What stops the set-up. The message is for the operator and is all that is printed. */
export class SetupError extends Error {}

/**
 * Runs a program to its end. Its stdout is kept for the error message; stderr, where compilers and npm put their
 * warnings, passes through unless `keepStderr`.
 * @param {string} act what is being done, for the error message
 * @param {readonly string[]} command
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, keepStderr?: boolean }} [options]
 * @returns {string} what it said on stdout, and on stderr with `keepStderr`
 */
export function run(act, command, { cwd, env, keepStderr = false } = {}) {
  const result = tryRun(command, { cwd, env, keepStderr });
  if (result.failure !== "") {
    throw new SetupError([`${act}: ${command.join(" ")} ${result.failure}`, ...result.tail].join("\n  "));
  }
  return result.output;
}

/**
 * The same, but hands the failure back. `failure` is empty if the program ended with 0.
 * @param {readonly string[]} command
 * @param {{ cwd?: string | undefined, env?: NodeJS.ProcessEnv | undefined, keepStderr?: boolean }} options
 */
export function tryRun([program = "", ...args], { cwd, env, keepStderr = false }) {
  // The node that runs this need not be the one on PATH.
  const result = spawnSync(program === "node" ? process.execPath : program, args, {
    cwd,
    env,
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
    stdio: ["ignore", "pipe", keepStderr ? "pipe" : "inherit"],
  });
  const output = `${result.stdout ?? ""}${result.stderr ?? ""}`;
  return { failure: failureOf(result), output, tail: lastLines(output, 25) };
}

/** @param {{ error?: Error | undefined, status: number | null, signal: NodeJS.Signals | null }} result */
function failureOf({ error, status, signal }) {
  if (error !== undefined) {
    return "code" in error && error.code === "ENOENT" ? "cannot be run: no such program" : `failed: ${error.message}`;
  }
  if (status === 0) return "";
  return signal === null ? `failed with exit code ${status}` : `was ended by ${signal}`;
}

/**
 * @param {string} text
 * @param {number} count
 */
export function lastLines(text, count) {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-count);
}
