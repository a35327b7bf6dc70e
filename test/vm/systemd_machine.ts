// A guest with a Debian release's own systemd and kernel, and on a disk beside it our package, the same as its own successor,
// and the helper that sends.

import { createHash } from "node:crypto";
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { builtPackages } from "../support/packages.js";
import { projectPath } from "../support/project_path.js";
import { type Disks, requireHost } from "./disks.js";
import { runOnHost } from "./host_command.js";
import { diskImage, type ImageRecipe } from "./image.js";
import { fetchKernel, type Kernel } from "./kernels.js";
import { type Release, systemdRoot } from "./systemd_root.js";

export interface SystemdMachine {
  readonly kernel: Kernel;
  /** The last one bears the label "package". */
  readonly disks: Disks;
}

/** Names of the files on the package disk. */
export const PACKAGE = "tablesnoop.deb";
export const SUCCESSOR = "tablesnoop-next.deb";
export const SEND = "send";
/** What the successor's version has that the package's has not. */
export const NEXT = "+next";

/** Throws Unavailable if it cannot be had here. */
export async function prepareSystemdMachine(release: Release): Promise<SystemdMachine> {
  await requireHost();
  const kernel = await fetchKernel({ series: release.series, architecture: "amd64" });
  const root = await diskImage(await systemdRoot(release, kernel));
  const others = [await diskImage(await packageDisk())];
  return { kernel, disks: { root, init: "/sbin/init", others } };
}

async function packageDisk(): Promise<ImageRecipe> {
  const { deb } = await builtPackages();
  const send = projectPath("dist/test/flood/send");
  const hash = createHash("sha256").update("stored");
  for (const file of [deb, send]) hash.update(await readFile(file)).update("\0");
  return {
    name: "package",
    key: hash.digest("hex").slice(0, 16),
    freeMb: 1,
    fill: async (tree) => {
      await cp(send, join(tree, SEND));
      await repack(deb, `${tree}.own`, join(tree, PACKAGE));
      await repack(deb, `${tree}.next`, join(tree, SUCCESSOR), NEXT);
    },
  };
}

/**
 * The same files under the same or a higher version, stored instead of compressed: unpacking them takes an emulated CPU half a
 * minute and more. Installing them as they are shipped is what test/package does.
 */
async function repack(deb: string, scratch: string, target: string, suffix = ""): Promise<void> {
  await runOnHost("dpkg-deb", ["-R", deb, scratch]);
  const control = join(scratch, "DEBIAN/control");
  const text = await readFile(control, "utf8");
  await writeFile(
    control,
    text.replace(/^Version: .*$/m, (line) => line + suffix),
  );
  await runOnHost("dpkg-deb", ["--root-owner-group", "-Znone", "--build", scratch, target]);
}
