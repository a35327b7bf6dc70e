// The program as it is installed: what was built, and what it needs of node_modules, without what only its makers need.

import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { run, SetupError } from "../setup/child.mjs";
import { X64 } from "./architecture.mjs";
import { CROSS_BUILT } from "./cross_build.mjs";
import { copy, put } from "./tree.mjs";

const ADDON = "dist/tablesnoop.node";
const BPF_OBJECT = "dist/tablesnoop.bpf.o";
/** Of dist/; the rest is intermediate, or for the tests. */
const SHIPPED = /^((daemon|page)\/|tablesnoop\.(node|bpf\.o)$)/;
/** At the top of a dependency; below it such names may be part of the program, as yaml's dist/doc is. */
const FOR_ITS_MAKERS = /^(tests?|docs?|examples?|bench(marks?)?|integration)\//;
const LICENCE = /^(licen[cs]e|copying|notice)/i;

/**
 * @typedef {object} ProgramParts
 * @property {string} root of the clone, built
 * @property {string} nodeModules as npm ci --omit=dev made it
 * @property {string} revision
 * @property {import("./architecture.mjs").Architecture} architecture
 */

/**
 * Installs what is needed at run time, by package-lock.json and its checksums, into `folder`/node_modules.
 * @param {string} root
 * @param {string} folder
 */
export function installRuntimeModules(root, folder) {
  mkdirSync(folder, { recursive: true });
  for (const file of ["package.json", "package-lock.json", ".npmrc"]) {
    if (existsSync(path.join(root, file))) copyFileSync(path.join(root, file), path.join(folder, file));
  }
  const flags = ["--omit=dev", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
  run("install the Node packages of the program", ["npm", "ci", ...flags], { cwd: folder });
}

/**
 * Fills `target` with package.json, dist/ and node_modules/.
 * @param {string} target
 * @param {ProgramParts} parts
 * @param {{ types: boolean, licences: boolean }} wanted type declarations of ours; licence files of the dependencies
 */
export function placeProgram(target, { root, nodeModules, revision, architecture }, wanted) {
  copy(path.join(root, "dist"), path.join(target, "dist"), (file) => {
    if (!SHIPPED.test(file) || path.basename(file).startsWith(".")) return false;
    return wanted.types || !file.endsWith(".d.ts");
  });
  if (architecture !== X64) {
    for (const file of [ADDON, BPF_OBJECT]) {
      copy(path.join(root, CROSS_BUILT, path.basename(file)), path.join(target, file));
    }
  }
  if (revision !== "") put(path.join(target, "dist/revision"), `${revision}\n`);
  run("strip the addon", [architecture.strip, "--strip-unneeded", path.join(target, ADDON)]);
  stripBpfObject(path.join(target, BPF_OBJECT));
  copy(nodeModules, path.join(target, "node_modules"), (file) => {
    return isOfUse(file, wanted.licences) && !isCommand(path.join(nodeModules, file));
  });
  put(path.join(target, "package.json"), `${JSON.stringify(manifest(root), null, 2)}\n`);
}

/**
 * @typedef {object} Manifest
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [bin]
 * @property {readonly string[]} [files]
 */

/**
 * package.json without what only a clone has a use for.
 * @param {string} root
 * @returns {Manifest}
 */
export function manifest(root) {
  const { scripts, devDependencies, overrides, allowScripts, ...rest } = JSON.parse(
    readFileSync(path.join(root, "package.json"), "utf8"),
  );
  return rest;
}

/**
 * Whether a file of node_modules is wanted: what Node can load, and licences; no maps, types, tests and documentation.
 * @param {string} file relative to node_modules
 * @param {boolean} licences
 */
export function isOfUse(file, licences) {
  const inside = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+\/(.*)$/.exec(`node_modules/${file}`)?.[1] ?? "";
  if (inside === "" || FOR_ITS_MAKERS.test(inside)) return false;
  if (file.split("/").some((name) => name.startsWith("."))) return false;
  const name = path.basename(file);
  if (LICENCE.test(name) && !name.endsWith(".js")) return licences;
  return /\.(js|cjs|mjs|json|node|wasm)$/.test(name) && !/\.(test|spec|bench)\.[cm]?js$/.test(name);
}

/**
 * The commands of the dependencies are of no use to us.
 * @param {string} file
 */
function isCommand(file) {
  return readFileSync(file).subarray(0, 2).toString() === "#!";
}

/**
 * The build leaves debug information in where it finds no llvm-strip.
 * @param {string} object
 */
function stripBpfObject(object) {
  run("strip the BPF programs", ["llvm-strip", "-g", object]);
  const sections = run("read the BPF programs", ["readelf", "-SW", object]);
  if (!/\s\.BTF\s/.test(sections)) throw new SetupError(`strip the BPF programs: llvm-strip left no BTF in ${object}`);
}
