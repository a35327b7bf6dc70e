// What a guest of another architecture is made of: Debian packages and Node for arm64, unpacked without running anything of them.

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { DebianArchive, type DebianPackage } from "../../scripts/debian/archive.mjs";
import { ARM64 } from "../../scripts/package/architecture.mjs";
import { placeNodeRuntime } from "../../scripts/package/node_runtime.mjs";
import { askArchive } from "./archive.js";
import { runOnHost } from "./host_command.js";

const RELEASE = "bookworm";
// Packages unpack into /bin and /lib where that release still says so; the guest has links there.
const MERGE = `for folder in bin sbin lib; do
	[ ! -d "$0/$folder" ] || cp -a "$0/$folder/." "$1/usr/$folder/"
	[ ! -d "$0/usr/$folder" ] || cp -a "$0/usr/$folder/." "$1/usr/$folder/"
done
cp -a "$0/etc/." "$1/etc/"`;

/** They and what they depend on, by version. Throws Unavailable. */
export function foreignPackages(names: readonly string[]): Promise<DebianPackage[]> {
  return askArchive("build a guest of another architecture", (archive) =>
    archive.withDependencies(names, ARM64.debian, RELEASE),
  );
}

export async function placeForeignPackages(tree: string, packages: readonly DebianPackage[]): Promise<void> {
  const scratch = await mkdtemp(`${tree}.foreign-`);
  try {
    const unpacked = join(scratch, "packages");
    await mkdir(unpacked);
    const archive = await DebianArchive.open();
    await archive.unpack(packages, ARM64.debian, unpacked);
    await runOnHost("bash", ["-e", "-c", MERGE, unpacked, tree]);
    placeNodeRuntime(join(tree, "usr/bin/node"), join(scratch, "node"), ARM64);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
