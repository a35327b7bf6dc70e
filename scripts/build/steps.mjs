// The build as a list of steps: what each reads, what it makes, and whether it has to run again.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { run, SetupError } from "../setup/child.mjs";
import { fingerprintOf } from "./fingerprint.mjs";

/**
 * @typedef {object} BuildStep
 * @property {string} name
 * @property {"build" | "test"} when
 * @property {readonly string[]} inputs files and folders
 * @property {RegExp} [ignored] files in them that it does not read
 * @property {string} output a file or folder that exists once the step is done
 * @property {readonly string[]} command
 * @property {readonly string[]} [executables] what package.json names under `bin`
 * @property {string} [folder] source folder whose vanished files vanish from dist/ too; tsc would leave them
 */

const TSC = ["node", "node_modules/typescript/bin/tsc", "-p"];
// A linked node_modules counts as what it stands for, so that the bundle is the same wherever it is made.
const ESBUILD = [
  ...["node", "node_modules/esbuild/bin/esbuild", "--bundle", "--format=esm", "--preserve-symlinks"],
  "--log-level=warning",
];
/** CommonJS packages ask for Node's own modules by `require`, which an ES module has to make for itself. */
const REQUIRE =
  'import { createRequire as bundleRequire } from "node:module"; const require = bundleRequire(import.meta.url);';
/** Versions of the compiler and of the headers the addon is built against. */
const TOOLS = ["package-lock.json"];

/** What native/ meets of bpf/, but for the programs that are in the same folders. */
const CONTRACT = ["bpf/tablesnoop_abi.h", "bpf/kinds.def", "bpf/kinds"];
const PROGRAMS = /\.bpf\.[ch]$/;

/** @type {readonly BuildStep[]} */
export const BUILD_STEPS = [
  {
    name: "BPF programs",
    when: "build",
    inputs: ["bpf"],
    output: "dist/tablesnoop.bpf.o",
    command: ["make", "-C", "bpf"],
  },
  {
    name: "addon",
    when: "build",
    inputs: ["native", ...CONTRACT, ...TOOLS],
    ignored: PROGRAMS,
    output: "dist/tablesnoop.node",
    command: ["make", "-C", "native"],
  },
  {
    // Checks the types, and makes the modules that tests load one by one.
    name: "daemon",
    when: "build",
    inputs: ["daemon", "tsconfig.json", ...TOOLS],
    output: "dist/daemon/main.js",
    command: [...TSC, "tsconfig.json"],
    folder: "daemon",
  },
  {
    // What runs, with all it needs of node_modules: to load 485 files takes three times as long.
    name: "program",
    when: "build",
    inputs: ["daemon", ...TOOLS],
    output: "dist/program/tablesnoopd.js",
    command: [
      ...ESBUILD,
      "tablesnoopd=daemon/main.ts",
      "tablesnoop=daemon/cli.ts",
      "lookups=daemon/lookups.ts",
      "bcrypt_worker=daemon/login/bcrypt_worker.ts",
      "--platform=node",
      "--target=node20",
      `--banner:js=${REQUIRE}`,
      "--outdir=dist/program",
      "--metafile=dist/program.json",
    ],
    executables: ["dist/program/tablesnoopd.js", "dist/program/tablesnoop.js"],
  },
  {
    name: "page",
    when: "build",
    inputs: ["daemon/page", "daemon/fib", ...TOOLS],
    output: "dist/page/page.js",
    command: [
      ...ESBUILD,
      "page=daemon/page/main.ts",
      "page=daemon/page/page.css",
      "daemon/page/index.html",
      "--minify",
      "--target=es2022",
      "--loader:.html=copy",
      "--outdir=dist/page",
      "--entry-names=[name]",
      "--metafile=dist/page.json",
    ],
  },
  {
    name: "traffic helpers of the tests",
    when: "test",
    inputs: ["test/support/flood"],
    output: "dist/test/flood",
    command: ["make", "-C", "test/support/flood"],
  },
  {
    name: "native tests, under AddressSanitizer and UBSan",
    when: "test",
    inputs: ["native", "test/native", ...CONTRACT, ...TOOLS],
    ignored: PROGRAMS,
    output: "dist/test/asan/unit",
    command: ["make", "-C", "native", "checked"],
  },
  {
    name: "benchmarks",
    when: "test",
    inputs: ["test/bench", "test/support", "daemon", "tsconfig.json", "test/tsconfig.json", ...TOOLS],
    output: "dist/test/bench",
    command: [...TSC, "test/bench/tsconfig.json"],
  },
];

const STAMPS = "dist/.setup.json";

/**
 * What was built from what: the fingerprint of a step's inputs, and when its output was written.
 * @typedef {Record<string, { fingerprint: string, writtenAt: number }>} Stamps
 */

/**
 * @param {string} root
 * @param {readonly BuildStep[]} steps
 */
export function outdatedSteps(root, steps) {
  const stamps = readStamps(root);
  return steps.filter(
    (step) => stamps[step.name]?.fingerprint !== fingerprint(root, step) || !existsSync(path.join(root, step.output)),
  );
}

/**
 * @param {string} root
 * @param {BuildStep} step
 */
export function build(root, step) {
  // Taken before the step runs: a file saved meanwhile differs from it and leads to another build.
  const before = fingerprint(root, step);
  const { [step.name]: previous, ...others } = readStamps(root);
  const lastWrittenAt = previous?.writtenAt ?? 0;
  writeStamps(root, { ...others, [step.name]: { fingerprint: "", writtenAt: lastWrittenAt } });
  const env = { ...process.env, MAKEFLAGS: `-j${os.availableParallelism()} -O` };
  run(`build the ${step.name}`, step.command, { cwd: root, env });
  // make goes by time stamps. Where files were replaced by older ones (an unpacked release, rsync -a) it finds nothing
  // to do although the contents changed; the output then is still the one of the previous build.
  if (step.command[0] === "make" && writtenAt(root, step) === lastWrittenAt) {
    run(`build the ${step.name}`, [...step.command, "-B"], { cwd: root, env });
  }
  const stamp = { fingerprint: before, writtenAt: writtenAt(root, step) };
  for (const file of step.executables ?? []) chmodSync(path.join(root, file), 0o755);
  if (step.folder !== undefined) removeOrphans(root, step.folder);
  writeStamps(root, { ...others, [step.name]: stamp });
}

/**
 * Hash of the names and contents of everything a step reads, and of its command.
 * @param {string} root
 * @param {Pick<BuildStep, "inputs" | "ignored" | "command">} step
 */
export function fingerprint(root, { inputs, ignored, command }) {
  const files = inputs.flatMap((input) => sourceFiles(root, input)).filter((file) => !ignored?.test(file));
  return fingerprintOf(root, command, files.sort());
}

/**
 * @param {string} root
 * @param {string} input
 * @returns {string[]}
 */
function sourceFiles(root, input) {
  const entry = statSync(path.join(root, input), { throwIfNoEntry: false });
  if (entry === undefined) return [];
  if (!entry.isDirectory()) return [input];
  return readdirSync(path.join(root, input), { withFileTypes: true }).flatMap((child) => {
    const name = `${input}/${child.name}`;
    if (child.isDirectory()) return sourceFiles(root, name);
    return /(^Makefile|\.(c|cc|h|mk|ts|json|html|css))$/.test(child.name) ? [name] : [];
  });
}

/**
 * @param {string} root
 * @param {string} folder
 */
function removeOrphans(root, folder) {
  for (const entry of readdirSync(path.join(root, "dist", folder), { withFileTypes: true })) {
    const name = `${folder}/${entry.name}`;
    const isKept = entry.isDirectory()
      ? existsSync(path.join(root, name))
      : existsSync(path.join(root, name.replace(/(\.d)?\.[jt]s$/, ".ts")));
    if (!isKept) rmSync(path.join(root, "dist", name), { recursive: true });
    else if (entry.isDirectory()) removeOrphans(root, name);
  }
}

/**
 * @param {string} root
 * @param {BuildStep} step
 */
function writtenAt(root, step) {
  const made = statSync(path.join(root, step.output), { throwIfNoEntry: false });
  if (made === undefined)
    throw new SetupError(`build the ${step.name}: ${step.command.join(" ")} made no ${step.output}`);
  return made.mtimeMs;
}

/**
 * @param {string} root
 * @returns {Stamps}
 */
function readStamps(root) {
  const file = path.join(root, STAMPS);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
}

/**
 * @param {string} root
 * @param {Stamps} stamps
 */
function writeStamps(root, stamps) {
  const file = path.join(root, STAMPS);
  mkdirSync(path.dirname(file), { recursive: true });
  // Renamed into place, because a set-up that finds nothing to do reads it without taking the lock.
  writeFileSync(`${file}.new`, JSON.stringify(stamps, null, 2));
  renameSync(`${file}.new`, file);
}
