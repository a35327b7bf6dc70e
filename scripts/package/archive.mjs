// Tar archives whose bytes depend on nothing but the files and the release.

import { run } from "../setup/child.mjs";

/**
 * @param {string} from folder that `parts` are relative to
 * @param {string} output
 * @param {import("./release.mjs").Release} release
 * @param {readonly string[]} parts
 * @param {readonly string[]} [options] of tar
 */
export function writeTar(from, output, { epoch }, parts, options = []) {
  const fixed = ["--format=gnu", "--sort=name", `--mtime=@${epoch}`, "--owner=0", "--group=0", "--numeric-owner"];
  run(`write ${output}`, ["tar", ...fixed, ...options, "-C", from, "-cf", output, ...parts]);
}

/**
 * By gzip, because what Node's zlib makes differs from version to version; without name and time.
 * @param {string} file becomes `file`.gz
 */
export function compress(file) {
  run(`compress ${file}`, ["gzip", "-6n", file]);
}
