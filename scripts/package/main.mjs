// Makes the packages in packages/ from a clone that is built: `npm run package`. The same sources give the same bytes.

import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { fingerprintOf } from "../build/fingerprint.mjs";
import { SetupError } from "../setup/child.mjs";
import { ARM64, X64 } from "./architecture.mjs";
import { CROSS_BUILT, crossBuild } from "./cross_build.mjs";
import { libraryPackages, linkedPrograms, writeDeb } from "./deb.mjs";
import { writeImage } from "./image.mjs";
import { requireSameNeeds } from "./needs.mjs";
import { NODE_RUNTIME } from "./node_runtime.mjs";
import { writeNpmTarball } from "./npm_tarball.mjs";
import { readRelease } from "./release.mjs";
import { placeSystem } from "./system_tree.mjs";
import { writeTarball } from "./tarball.mjs";
import { filesBelow } from "./tree.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const OUTPUT = path.join(ROOT, "packages");
/** What the packages in OUTPUT were made of, so that a second run has nothing to do. */
const STAMP = path.join(OUTPUT, ".made_of");
const SUMS = "SHA256SUMS";
const INPUTS = [
  ...["package.json", "package-lock.json", "README.md", "CHANGELOG.md", "LICENSE"],
  ...["dist", "docs", "deploy", "systemd", "scripts/package"],
];

try {
  await main();
} catch (error) {
  if (!(error instanceof SetupError) && !(error instanceof Error && "syscall" in error)) throw error;
  process.stderr.write(`package: ${error.message}\n`);
  process.exitCode = 1;
}

async function main() {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new SetupError(`packages are made on Linux on x86-64, and this is ${process.platform} on ${process.arch}`);
  }
  const release = readRelease(ROOT);
  const names = {
    deb: `tablesnoop_${release.version}_amd64.deb`,
    debArm64: `tablesnoop_${release.version}_arm64.deb`,
    tarball: `tablesnoop-${release.version}-linux-x64.tar.gz`,
    tarballArm64: `tablesnoop-${release.version}-linux-arm64.tar.gz`,
    image: `tablesnoop-${release.version}-linux-x64.oci.tar`,
    npm: `tablesnoop-${release.version}.tgz`,
    sbom: `tablesnoop-${release.version}.cdx.json`,
  };
  const files = [...Object.values(names), SUMS];
  const madeOf = fingerprint(release);
  if (
    existsSync(STAMP) &&
    readFileSync(STAMP, "utf8") === madeOf &&
    files.every((file) => existsSync(path.join(OUTPUT, file)))
  ) {
    say("packages/ is up to date");
    return;
  }
  const work = mkdtempSync(path.join(tmpdir(), "tablesnoop-package-"));
  try {
    const made = path.join(work, "made");
    mkdirSync(made);
    await make(work, made, release, names);
    writeFileSync(
      path.join(made, SUMS),
      Object.values(names)
        .sort()
        .map((file) => sumLine(made, file))
        .join(""),
    );
    mkdirSync(OUTPUT, { recursive: true });
    rmSync(STAMP, { force: true });
    for (const file of files) {
      // Put beside and renamed, for a reader never to meet half of one.
      copyFileSync(path.join(made, file), path.join(OUTPUT, `${file}.new`));
      renameSync(path.join(OUTPUT, `${file}.new`), path.join(OUTPUT, file));
    }
    writeFileSync(STAMP, madeOf);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  for (const file of files) say(`packages/${file}  ${(statSync(path.join(OUTPUT, file)).size / 1e6).toFixed(1)} MB`);
}

/**
 * @param {string} work an empty folder
 * @param {string} made where the packages go
 * @param {import("./release.mjs").Release} release
 * @param {Record<"deb" | "debArm64" | "tarball" | "tarballArm64" | "image" | "npm" | "sbom", string>} names
 */
async function make(work, made, release, names) {
  const [tree, treeArm64] = [path.join(work, "tree"), path.join(work, "tree-arm64")];
  const parts = { root: ROOT, revision: release.revision, release, architecture: X64 };
  say(`placing the program and Node.js ${NODE_RUNTIME.version}`);
  await placeSystem(path.join(tree, "usr"), parts, path.join(work, "runtime"));
  const depends = libraryPackages(tree, path.join(work, "shlibdeps"));
  say("building the addon and the BPF programs for arm64");
  await crossBuild(ROOT);
  await placeSystem(path.join(treeArm64, "usr"), { ...parts, architecture: ARM64 }, path.join(work, "runtime-arm64"));
  requireSameNeeds(linkedPrograms(tree), linkedPrograms(treeArm64));
  for (const [from, architecture, deb, tarball] of /** @type {const} */ ([
    [tree, X64, names.deb, names.tarball],
    [treeArm64, ARM64, names.debArm64, names.tarballArm64],
  ])) {
    say(`writing ${deb}`);
    writeDeb(from, ROOT, release, path.join(made, deb), { architecture, depends });
    say(`writing ${tarball}`);
    writeTarball(from, tarball.replace(".tar.gz", ""), release, path.join(made, tarball));
  }
  say(`writing ${names.image}`);
  writeImage(tree, release, path.join(made, names.image), path.join(work, "image"));
  say(`writing ${names.npm}`);
  writeNpmTarball(path.join(work, "npm"), parts, path.join(made, names.npm));
  copyFileSync(path.join(tree, "usr/share/doc/tablesnoop/sbom.cdx.json"), path.join(made, names.sbom));
}

/** @param {import("./release.mjs").Release} release */
function fingerprint(release) {
  const files = INPUTS.flatMap((input) => {
    const place = path.join(ROOT, input);
    return statSync(place).isDirectory() ? filesBelow(place).map((file) => `${input}/${file}`) : [input];
  });
  // Made on the way, of the same sources as the rest of dist/.
  const inputs = files.filter((file) => !file.startsWith(`${CROSS_BUILT}/`));
  return fingerprintOf(ROOT, [release, NODE_RUNTIME], inputs);
}

/**
 * @param {string} folder
 * @param {string} file
 */
function sumLine(folder, file) {
  return `${createHash("sha256")
    .update(readFileSync(path.join(folder, file)))
    .digest("hex")}  ${file}\n`;
}

/** @param {string} line */
function say(line) {
  process.stderr.write(`package: ${line}\n`);
}
