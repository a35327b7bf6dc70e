// The tarball for `npm install -g`: built, so that neither a compiler nor a registry is needed where it is installed. Node
// is that machine's.

import path from "node:path";
import { run } from "../setup/child.mjs";
import { copyrightText } from "./copyright.mjs";
import { copyDeployed } from "./deployed.mjs";
import { manifest, placeProgram } from "./program.mjs";
import { sbomText } from "./sbom.mjs";
import { copy, put, settle } from "./tree.mjs";

/** Of all that is in it. */
const LICENCES = "LICENSES";

/**
 * @param {string} tree an empty folder to fill
 * @param {import("./program.mjs").ProgramParts & { release: import("./release.mjs").Release }} parts
 * @param {string} output
 */
export function writeNpmTarball(tree, parts, output) {
  const { root, release } = parts;
  placeProgram(tree, parts, { types: true });
  for (const file of ["README.md", "CHANGELOG.md", "LICENSE", "docs", "systemd"]) {
    copy(path.join(root, file), path.join(tree, file));
  }
  copyDeployed(root, path.join(tree, "deploy"));
  put(path.join(tree, LICENCES), copyrightText(root));
  put(path.join(tree, "sbom.cdx.json"), sbomText(root, release, tree, parts.architecture));
  const { bin = {}, files = [], ...rest } = manifest(root);
  const own = {
    ...rest,
    // What the addon was compiled for.
    cpu: [process.arch],
    libc: ["glibc"],
    bin,
    files: [...files, LICENCES, "sbom.cdx.json"],
  };
  put(path.join(tree, "package.json"), `${JSON.stringify(own, null, 2)}\n`);
  settle(tree, release.epoch, (file) => Object.values(bin).includes(file));
  const folder = path.dirname(output);
  run("write the npm tarball", ["npm", "pack", "--silent", "--ignore-scripts", `--pack-destination=${folder}`], {
    cwd: tree,
  });
}
