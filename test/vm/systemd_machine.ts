// A guest with Debian 12's own systemd and kernel, and on a disk beside it our package and the helper that sends.

import { createHash } from "node:crypto";
import { cp, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { projectPath } from "../support/project_path.js";
import { type Disks, requireHost } from "./disks.js";
import { diskImage, type ImageRecipe } from "./image.js";
import { fetchKernel, type Kernel } from "./kernels.js";
import { systemdRoot } from "./systemd_root.js";

export interface SystemdMachine {
  readonly kernel: Kernel;
  /** The last one bears the label "package". */
  readonly disks: Disks;
}

/** Throws Unavailable if it cannot be had here. `packageFile`: a .deb. */
export async function prepareSystemdMachine(packageFile: string): Promise<SystemdMachine> {
  await requireHost();
  const kernel = await fetchKernel("6.1");
  const root = await diskImage(await systemdRoot(kernel));
  const others = [await diskImage(await packageDisk([packageFile, projectPath("dist/test/flood/send")]))];
  return { kernel, disks: { root, init: "/sbin/init", others } };
}

async function packageDisk(files: readonly string[]): Promise<ImageRecipe> {
  const hash = createHash("sha256");
  for (const file of files) hash.update(await readFile(file)).update("\0");
  return {
    name: "package",
    key: hash.digest("hex").slice(0, 16),
    freeMb: 1,
    fill: async (tree) => {
      for (const file of files) await cp(file, join(tree, basename(file)));
    },
  };
}
