// What something was made from, as one hash: when it is another, it has to be made again.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";

/**
 * Hash of how something is made, and of the names and contents of the files it is made from.
 * @param {string} root
 * @param {unknown} how any JSON value
 * @param {readonly string[]} files relative to `root`
 */
export function fingerprintOf(root, how, files) {
  const hash = createHash("sha256").update(JSON.stringify(how));
  for (const file of files) {
    const content = readFileSync(path.join(root, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}
