// The images a guest boots from, and what the host must have for that.

import { Unavailable } from "../support/unavailable.js";
import { guestRoot } from "./guest_root.js";
import { findOnHost } from "./host_command.js";
import { diskImage } from "./image.js";
import type { Kernel } from "./kernels.js";
import { nodeModulesDisk, projectDisk } from "./project_disks.js";

export interface Disks {
  readonly root: string;
  /** Program of the root disk that the kernel starts. */
  readonly init: string;
  /** The guest finds them by their labels. */
  readonly others: readonly string[];
}

const PROGRAMS: ReadonlyMap<string, string> = new Map([
  ["qemu-system-x86_64", "qemu-system-x86"],
  ["mke2fs", "e2fsprogs"],
  ["depmod", "kmod"],
  ["setpriv", "util-linux"],
  ["dpkg", "dpkg"],
]);

/** Throws Unavailable if this machine cannot run guests at all. */
export async function requireHost(): Promise<void> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Unavailable(`run guests on ${process.platform} ${process.arch}: the guests are Linux x86_64`, false);
  }
  const packages: string[] = [];
  for (const [program, debianPackage] of PROGRAMS) {
    if (!(await findOnHost(program))) packages.push(debianPackage);
  }
  if (packages.length === 0) return;
  throw new Unavailable(`run guests: not installed: ${packages.join(" ")}; apt-get install them`, true);
}

/** The root image holds the modules of all `kernels`: a guest boots any of them from it. */
export async function makeDisks(kernels: readonly Kernel[]): Promise<Disks> {
  const root = await diskImage(await guestRoot(kernels));
  const project = await diskImage(await projectDisk());
  const nodeModules = await diskImage(await nodeModulesDisk());
  return { root, init: "/usr/sbin/guest-init", others: [project, nodeModules] };
}
