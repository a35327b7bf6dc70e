// The program as it is installed: what was built, which has in it what it needs of node_modules.

import { readFileSync } from "node:fs";
import path from "node:path";
import { run, SetupError } from "../setup/child.mjs";
import { X64 } from "./architecture.mjs";
import { CROSS_BUILT } from "./cross_build.mjs";
import { copy, put } from "./tree.mjs";

const ADDON = "dist/tablesnoop.node";
const BPF_OBJECT = "dist/tablesnoop.bpf.o";
/** Of dist/; the rest is intermediate, or for the tests. */
const SHIPPED = /^((program|page)\/|tablesnoop\.(node|bpf\.o)$)/;
const TYPES = /^daemon\/.*\.d\.ts$/;

/**
 * @typedef {object} ProgramParts
 * @property {string} root of the clone, built
 * @property {string} revision
 * @property {import("./architecture.mjs").Architecture} architecture
 */

/**
 * Fills `target` with package.json and dist/.
 * @param {string} target
 * @param {ProgramParts} parts
 * @param {{ types: boolean }} wanted type declarations, for whoever imports us
 */
export function placeProgram(target, { root, revision, architecture }, wanted) {
  copy(path.join(root, "dist"), path.join(target, "dist"), (file) => {
    return SHIPPED.test(file) || (wanted.types && TYPES.test(file));
  });
  if (architecture !== X64) {
    for (const file of [ADDON, BPF_OBJECT]) {
      copy(path.join(root, CROSS_BUILT, path.basename(file)), path.join(target, file));
    }
  }
  if (revision !== "") put(path.join(target, "dist/revision"), `${revision}\n`);
  run("strip the addon", [architecture.strip, "--strip-unneeded", path.join(target, ADDON)]);
  stripBpfObject(path.join(target, BPF_OBJECT));
  put(path.join(target, "package.json"), `${JSON.stringify(manifest(root), null, 2)}\n`);
}

/**
 * @typedef {object} Manifest
 * @property {Record<string, string>} [bin]
 * @property {readonly string[]} [files]
 */

/**
 * package.json without what only a clone has a use for; what the program depends on is in it.
 * @param {string} root
 * @returns {Manifest}
 */
export function manifest(root) {
  const { scripts, dependencies, devDependencies, overrides, allowScripts, ...rest } = JSON.parse(
    readFileSync(path.join(root, "package.json"), "utf8"),
  );
  return rest;
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
