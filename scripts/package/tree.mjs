// Folders that become packages: files copied by rule, and in the end every mode and time the same wherever it was made.

import { chmodSync, copyFileSync, lstatSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { SetupError } from "../setup/child.mjs";

/**
 * @param {string} file
 * @param {string | Uint8Array} content
 */
export function put(file, content) {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
}

/**
 * Copies a file, or of a folder the files for which `isWanted` holds; it is given paths relative to `from`.
 * @param {string} from
 * @param {string} to
 * @param {(file: string) => boolean} [isWanted]
 */
export function copy(from, to, isWanted = () => true) {
  if (!lstatSync(from).isDirectory()) {
    mkdirSync(path.dirname(to), { recursive: true });
    copyFileSync(from, to);
    return;
  }
  for (const file of filesBelow(from)) {
    if (isWanted(file)) copy(path.join(from, file), path.join(to, file));
  }
}

/**
 * Files below a folder, relative to it and sorted. Symbolic links, such as those of node_modules/.bin, are none.
 * @param {string} folder
 * @returns {string[]}
 */
export function filesBelow(folder) {
  const found = readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return filesBelow(path.join(folder, entry.name)).map((file) => `${entry.name}/${file}`);
    return entry.isFile() ? [entry.name] : [];
  });
  return found.sort();
}

/**
 * Gives all below `root`, and itself, the modes 0755 and 0644 and the time `epoch`, whatever the umask was.
 * @param {string} root
 * @param {number} epoch
 * @param {(file: string) => boolean} isExecutable is given paths relative to `root`
 */
export function settle(root, epoch, isExecutable) {
  /** @param {string} below */
  const visit = (below) => {
    const place = path.join(root, below);
    const stat = lstatSync(place);
    if (stat.isDirectory()) {
      for (const name of readdirSync(place)) visit(path.join(below, name));
      chmodSync(place, 0o755);
    } else if (stat.isFile()) {
      chmodSync(place, isExecutable(below) ? 0o755 : 0o644);
    } else {
      throw new SetupError(`package ${place}: neither a file nor a folder`);
    }
    utimesSync(place, epoch, epoch);
  };
  visit("");
}
