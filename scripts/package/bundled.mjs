// The packages that the build put into what it bundled, as its own lists of what it read say.

import { readFileSync } from "node:fs";
import path from "node:path";

/** What esbuild says of the program and of the page. */
const LISTS = ["dist/program.json", "dist/page.json"];
const PACKAGE = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/;

/**
 * Folders below node_modules/, sorted, relative to `root`.
 * @param {string} root of the clone, built
 */
export function bundledFolders(root) {
  const folders = LISTS.flatMap((list) => {
    /** @type {{ inputs: Record<string, unknown> }} */
    const { inputs } = JSON.parse(readFileSync(path.join(root, list), "utf8"));
    return Object.keys(inputs).flatMap((file) => PACKAGE.exec(file)?.[0] ?? []);
  });
  return [...new Set(folders)].sort();
}

/**
 * @typedef {object} BundledPackage
 * @property {string} folder
 * @property {string} name
 * @property {string} version
 * @property {string} license as its package.json says
 */

/**
 * In the order of their folders.
 * @param {string} root of the clone, built
 * @returns {BundledPackage[]}
 */
export function bundledPackages(root) {
  return bundledFolders(root).map((name) => {
    const folder = path.join(root, name);
    return { ...JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")), folder };
  });
}
