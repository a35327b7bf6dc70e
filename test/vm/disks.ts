// The images a guest boots from, and what the host must have for that.

import { Unavailable } from "../support/unavailable.js";
import { guestRoot } from "./guest_root.js";
import { findOnHost } from "./host_command.js";
import { diskImage } from "./image.js";
import type { Architecture, Kernel } from "./kernels.js";
import { nodeModulesDisk, projectDisk } from "./project_disks.js";

export interface Disks {
  readonly root: string;
  /** Program of the root disk that the kernel starts. */
  readonly init: string;
  /** The guest finds them by their labels. */
  readonly others: readonly string[];
}

const PROGRAMS: ReadonlyMap<string, string> = new Map([
  ["mke2fs", "e2fsprogs"],
  ["depmod", "kmod"],
  ["setpriv", "util-linux"],
  ["dpkg", "dpkg"],
  ["apt-get", "apt"],
]);
const EMULATORS: Readonly<Record<Architecture, readonly [program: string, debianPackage: string]>> = {
  amd64: ["qemu-system-x86_64", "qemu-system-x86"],
  arm64: ["qemu-system-aarch64", "qemu-system-arm"],
};

/** Throws Unavailable if this machine cannot run such guests at all. */
export async function requireHost(architecture: Architecture = "amd64"): Promise<void> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Unavailable(`run guests on ${process.platform} ${process.arch}: guests are made on Linux x86_64`, false);
  }
  const packages: string[] = [];
  for (const [program, debianPackage] of [...PROGRAMS, EMULATORS[architecture]]) {
    if (!(await findOnHost(program))) packages.push(debianPackage);
  }
  if (packages.length === 0) return;
  throw new Unavailable(`run guests: not installed: ${packages.join(" ")}; apt-get install them`, true);
}

export async function makeDisks(kernel: Kernel): Promise<Disks> {
  const root = await diskImage(await guestRoot(kernel));
  const project = await diskImage(await projectDisk(kernel.architecture));
  const nodeModules = await diskImage(await nodeModulesDisk(kernel.architecture));
  return { root, init: "/usr/sbin/guest-init", others: [project, nodeModules] };
}
