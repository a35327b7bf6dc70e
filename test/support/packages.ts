// The packages as `npm run package` makes them; those that are there are taken if nothing changed since.

import { readFileSync } from "node:fs";
import { runCommand } from "./processes/command.js";
import { projectPath } from "./project_path.js";

/** Paths of files. */
export interface Packages {
  readonly deb: string;
  readonly debArm64: string;
  readonly tarball: string;
  readonly tarballArm64: string;
  readonly image: string;
  readonly npm: string;
  readonly sbom: string;
  readonly checksums: string;
}

/** Packages are made on x86-64. */
export const ARE_MADE_HERE = process.arch === "x64";

/** A minute alone; beside two emulated machines on two cores some five. */
const BUILD_MS = 900_000;

/** Of the clone in `root`, which must be built; without one, of the clone that is tested. Takes a minute if it has to. */
export async function builtPackages(root: string = projectPath()): Promise<Packages> {
  // Files of tests ask at the same time: one of them builds.
  const build = [`${root}/package.json`, process.execPath, `${root}/scripts/package/main.mjs`];
  await runCommand("flock", build, { cwd: root, timeoutMs: BUILD_MS });
  const { version } = JSON.parse(readFileSync(`${root}/package.json`, "utf8")) as { version: string };
  const folder = `${root}/packages`;
  return {
    deb: `${folder}/tablesnoop_${version}_amd64.deb`,
    debArm64: `${folder}/tablesnoop_${version}_arm64.deb`,
    tarball: `${folder}/tablesnoop-${version}-linux-x64.tar.gz`,
    tarballArm64: `${folder}/tablesnoop-${version}-linux-arm64.tar.gz`,
    image: `${folder}/tablesnoop-${version}-linux-x64.oci.tar`,
    npm: `${folder}/tablesnoop-${version}.tgz`,
    sbom: `${folder}/tablesnoop-${version}.cdx.json`,
    checksums: `${folder}/SHA256SUMS`,
  };
}
