// Notes in dist/revision which commit the clone is at, for `--version` and tablesnoop_build_info. No git process: the
// check runs at every start.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

/** @param {string} root */
export function noteRevision(root) {
  const revision = readRevision(path.join(root, ".git"));
  const file = path.join(root, "dist/revision");
  if (revision === "" || (existsSync(file) && readFileSync(file, "utf8") === revision)) return;
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, revision);
  } catch (error) {
    // Somebody else's clone: it runs as it was built, under the revision noted then.
    if (!(error instanceof Error && "code" in error && (error.code === "EACCES" || error.code === "EROFS")))
      throw error;
  }
}

/**
 * Empty where this is no clone, or a clone of a shape not known here (a linked work tree, packed refs).
 * @param {string} folder
 */
function readRevision(folder) {
  const head = readIfThere(path.join(folder, "HEAD"));
  const text = head.startsWith("ref: ") ? readIfThere(path.join(folder, head.slice("ref: ".length))) : head;
  return /^[0-9a-f]{40,64}$/.test(text) ? text : "";
}

/** @param {string} file */
function readIfThere(file) {
  return existsSync(file) ? readFileSync(file, "utf8").trim() : "";
}
