// The set-up: finds what is missing or out of date (Debian packages, node_modules, build) and makes it.
// When nothing is, it only reads files and asks dpkg once.

import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { noteRevision } from "../build/revision.mjs";
import { BUILD_STEPS, build, outdatedSteps } from "../build/steps.mjs";
import { run, SetupError, tryRun } from "./child.mjs";
import { installPackages, missingPackages, packagesFor, whyNotClang } from "./debian_packages.mjs";
import { readMachine, whyNotBuild, whyNotRun } from "./machine.mjs";
import { isInstalled } from "./node_modules.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const LOCK = "dist/.setup.lock";
const LOCK_WAIT_SECONDS = 1800;
/** Exit code by which flock says that the lock is taken; none that node uses. */
const LOCK_TAKEN = 75;

/** @typedef {{ tests: boolean, run: boolean, package: boolean, lint: boolean, quiet: boolean, locked: boolean }} SetUpOptions */

/** @param {readonly string[]} args */
export function main(args) {
  try {
    setUp(readOptions(args), args);
  } catch (error) {
    // A file system that refuses (a clone of another user's, a full disk) says enough in its own message.
    if (!(error instanceof SetupError) && !(error instanceof Error && "syscall" in error)) throw error;
    process.stderr.write(`set-up: ${error.message}\n`);
    process.exitCode = 1;
  }
}

/**
 * @param {readonly string[]} args
 * @returns {SetUpOptions}
 */
function readOptions(args) {
  const off = /** @type {const} */ ({ type: "boolean", default: false });
  try {
    // --locked is for the set-up's own use: this process holds the lock.
    const options = { tests: off, run: off, package: off, lint: off, quiet: off, locked: off };
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    const cause = error instanceof Error ? error.message : error;
    throw new SetupError(`read flags: ${cause}; known are --tests, --run, --package, --lint and --quiet`);
  }
}

/**
 * @param {SetUpOptions} options
 * @param {readonly string[]} args
 */
function setUp(options, args) {
  const machine = readMachine();
  const obstacle = whyNotBuild(machine) || (options.run ? whyNotRun(machine) : "");
  if (obstacle !== "") throw new SetupError(obstacle);
  noteRevision(ROOT);
  const work = findWork(options, machine);
  if (!work.exists) {
    if (!options.quiet) say("everything is in place");
    return;
  }
  if (!options.locked) {
    setUpLocked(args);
    return;
  }
  if (!options.run && whyNotRun(machine) !== "") say(`notice: tablesnoopd will not run here: ${whyNotRun(machine)}`);
  if (work.packages.length > 0) installPackages(work.packages, machine.isRoot, say);
  if (work.steps.some((step) => step.name === "BPF programs")) checkClang();
  if (work.needsNodeModules) {
    say("installing Node packages (npm ci)");
    // The compilers are among the dev dependencies, whatever NODE_ENV says.
    run("install Node packages", ["npm", "ci", "--include=dev"], { cwd: ROOT });
  }
  for (const step of work.steps) {
    say(`building the ${step.name}`);
    build(ROOT, step);
  }
  say("done");
}

/**
 * Compilers are looked for only if there is something to compile: what is built runs without them.
 * @param {SetUpOptions} options
 * @param {ReturnType<typeof readMachine>} machine
 */
function findWork(options, { arch, release }) {
  const needsNodeModules = !isInstalled(ROOT);
  const steps = outdatedSteps(
    ROOT,
    BUILD_STEPS.filter((step) => !options.lint && (step.when === "build" || options.tests)),
  );
  /** @type {("run" | "build" | "package" | "test" | "lint")[]} */
  const occasions = [options.lint ? "lint" : "run"];
  if (steps.length > 0) occasions.push("build");
  if (options.tests || options.package) occasions.push("package");
  if (options.tests) occasions.push("test");
  const packages = missingPackages(packagesFor(occasions, arch, release.id));
  const exists = needsNodeModules || steps.length > 0 || packages.length > 0;
  return { needsNodeModules, steps, packages, exists };
}

/**
 * Runs this set-up again under flock(1), so that two at once in one clone follow each other. The kernel frees the lock
 * however the holder ends.
 * @param {readonly string[]} args
 */
function setUpLocked(args) {
  mkdirSync(path.join(ROOT, "dist"), { recursive: true });
  const again = [
    path.join(ROOT, LOCK),
    process.execPath,
    path.join(ROOT, "scripts/setup/entry.mjs"),
    ...args,
    "--locked",
  ];
  const options = /** @type {const} */ ({ stdio: "inherit" });
  let result = spawnSync("flock", ["-E", `${LOCK_TAKEN}`, "-n", ...again], options);
  if (result.status === LOCK_TAKEN) {
    say("another set-up is at work in this clone; waiting for it");
    result = spawnSync("flock", ["-E", `${LOCK_TAKEN}`, "-w", `${LOCK_WAIT_SECONDS}`, ...again], options);
  }
  if (result.error !== undefined) {
    throw new SetupError(`lock ${LOCK}: flock cannot be run; install the package util-linux`);
  }
  if (result.status === LOCK_TAKEN) {
    throw new SetupError(`lock ${LOCK}: another set-up has held it for ${LOCK_WAIT_SECONDS} s; is it stuck?`);
  }
  process.exitCode = result.status ?? 1;
}

function checkClang() {
  const obstacle = whyNotClang(tryRun(["clang", "--version"], {}).output);
  if (obstacle !== "") throw new SetupError(obstacle);
}

/**
 * Goes to stderr: stdout belongs to the program that is started next.
 * @param {string} line
 */
function say(line) {
  process.stderr.write(`set-up: ${line}\n`);
}
