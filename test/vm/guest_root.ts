// What the guest's root file system holds: the host's own shell, iproute2, Node and their libraries, the modules of its
// kernel, and guest_init.sh as init. Taken from installed Debian packages, so nothing is downloaded; for another
// architecture, from packages that are.

import { createHash } from "node:crypto";
import { chmod, cp, lstat, mkdir, readFile, realpath, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { X64 } from "../../scripts/package/architecture.mjs";
import { NODE_RUNTIME, placeNodeRuntime } from "../../scripts/package/node_runtime.mjs";
import { projectPath } from "../support/project_path.js";
import { Unavailable } from "../support/unavailable.js";
import { exists } from "./cache.js";
import { foreignPackages, placeForeignPackages } from "./foreign_packages.js";
import { runOnHost } from "./host_command.js";
import type { ImageRecipe } from "./image.js";
import type { Kernel } from "./kernels.js";

const REQUIRED = [
  ...["bash", "dash", "coreutils", "findutils", "grep", "sed", "mawk", "mount", "util-linux", "procps", "kmod"],
  ...["iproute2", "iputils-ping", "libbpf1", "libc-bin", "libc6", "libgcc-s1", "libmnl0", "libstdc++6"],
];
// A tracer that shares no code with us is welcome as ground truth, but heavy to install: absent is fine.
const OPTIONAL = [
  ...["bpftool", "bpftrace", "diffutils", "ethtool", "gzip", "hostname", "iptables", "nftables", "strace", "tcpdump"],
];

const INIT = projectPath("test/vm/guest_init.sh");
export const AGENT = projectPath("test/vm/guest_agent.sh");
// Of a package's files those that run or configure; no manuals, no translations, no unit files.
const WANTED = /^\/(etc|bin|sbin|lib|lib64|usr\/(bin|sbin|lib|lib64|libexec))\//;
const UNWANTED = /^\/(usr\/)?lib\/(systemd|udev)\/|^\/etc\/(init\.d|pam\.d|cron|logrotate)/;

export function guestRoot(kernel: Kernel): Promise<ImageRecipe> {
  return kernel.architecture === "amd64" ? ownRoot(kernel) : foreignRoot(kernel);
}

/** Of packages that are not installed, and could not be run, here. */
async function foreignRoot(kernel: Kernel): Promise<ImageRecipe> {
  const packages = await foreignPackages([...REQUIRED, ...OPTIONAL.filter((name) => name !== "tcpdump")]);
  const versions = packages.map(({ name, version }) => `${name} ${version}`);
  return {
    name: `root-${kernel.architecture}`,
    key: await keyOf([...versions, JSON.stringify(NODE_RUNTIME)], kernel),
    freeMb: 256,
    fill: (tree) => fill(tree, kernel, () => placeForeignPackages(tree, packages)),
  };
}

async function ownRoot(kernel: Kernel): Promise<ImageRecipe> {
  const installed = await runOnHost("dpkg-query", [
    "-W",
    "-f",
    "$" + "{db:Status-Abbrev}$" + "{Package} $" + "{Version}\n",
  ]);
  const present = new Set([...installed.matchAll(/^ii\s+(\S+) /gm)].map((match) => match[1]));
  const missing = REQUIRED.filter((name) => !present.has(name));
  if (missing.length > 0) {
    throw new Unavailable(`build the guest's root: not installed: ${missing.join(" ")}; apt-get install them`, true);
  }
  const packages = [...REQUIRED, ...OPTIONAL.filter((name) => present.has(name))];
  return {
    name: `root-${kernel.series}`,
    key: await keyOf([installed, JSON.stringify(NODE_RUNTIME)], kernel),
    freeMb: 256,
    fill: (tree) => fill(tree, kernel, () => placeOwnPackages(tree, packages)),
  };
}

async function keyOf(parts: readonly string[], kernel: Kernel): Promise<string> {
  const recipe = [await readFile(INIT), await readFile(AGENT), await readFile(fileURLToPath(import.meta.url))];
  const hash = createHash("sha256");
  for (const part of [...parts, ...recipe, kernel.release, kernel.version]) hash.update(part).update("\0");
  return hash.digest("hex").slice(0, 16);
}

/** The host's, and what they are linked with. */
async function placeOwnPackages(tree: string, packages: readonly string[]): Promise<void> {
  await copyPackages(tree, packages);
  // The packaged one: emulated, it starts a daemon in 12 % less CPU time than Node 20, and tests start many.
  placeNodeRuntime(join(tree, "usr/bin/node"), `${tree}.node`, X64);
  await copyLibraries(tree);
}

async function fill(tree: string, kernel: Kernel, placePackages: () => Promise<void>): Promise<void> {
  for (const folder of [
    "proc",
    "sys",
    "dev",
    "run",
    "tmp",
    "root",
    "tablesnoop",
    "etc",
    "var/tmp",
    "usr/lib/modules",
  ]) {
    await mkdir(join(tree, folder), { recursive: true });
  }
  for (const link of ["bin", "sbin", "lib", "lib64"]) {
    await mkdir(join(tree, "usr", link), { recursive: true });
    await symlink(`usr/${link}`, join(tree, link));
  }
  await placePackages();
  await symlink("dash", join(tree, "usr/bin/sh")).catch(ignoreExisting);
  await symlink("mawk", join(tree, "usr/bin/awk")).catch(ignoreExisting);
  await cp(kernel.modules, join(tree, "usr/lib/modules", kernel.release), { recursive: true });
  await writeFile(join(tree, "etc/passwd"), "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534::/:/bin/false\n");
  await writeFile(join(tree, "etc/group"), "root:x:0:\nnogroup:x:65534:\n");
  await writeFile(join(tree, "etc/hosts"), "127.0.0.1 localhost\n::1 localhost\n");
  await symlink("/proc/self/mounts", join(tree, "etc/mtab")).catch(ignoreExisting);
  for (const [script, program] of [
    [INIT, "guest-init"],
    [AGENT, "guest-agent"],
  ] as const) {
    await cp(script, join(tree, "usr/sbin", program));
    await chmod(join(tree, "usr/sbin", program), 0o755);
  }
}

async function copyPackages(tree: string, packages: readonly string[]): Promise<void> {
  const listed = await runOnHost("dpkg", ["-L", ...packages]);
  for (const path of new Set(listed.split("\n"))) {
    if (!WANTED.test(path) || UNWANTED.test(path) || !(await exists(path))) continue;
    const state = await lstat(path);
    if (!state.isDirectory()) await copyTo(tree, path, false);
  }
}

/** Everything ldd names for everything that runs. */
async function copyLibraries(tree: string): Promise<void> {
  const listing = await runOnHost("find", [
    join(tree, "usr"),
    "-type",
    "f",
    "(",
    "-perm",
    "/111",
    "-o",
    "-name",
    "*.so*",
    ")",
  ]);
  const files = listing.split("\n").filter((path) => path !== "" && !path.includes("/modules/"));
  // ldd fails as a whole when one file is a script; what it found for the others stands all the same.
  const found = await runOnHost("bash", ["-c", 'ldd "$@" 2>/dev/null; true', "ldd", ...files]);
  const libraries = [...found.matchAll(/(?:=> |^\s+)(\/\S+) \(0x/gm)].flatMap((match) => match[1] ?? []);
  for (const path of new Set(libraries)) {
    if (!path.startsWith(tree)) await copyTo(tree, path, true);
  }
}

/** Keeps the path but for the folder's symbolic links: /bin and /lib are links here and there. */
async function copyTo(tree: string, path: string, dereference: boolean): Promise<void> {
  const folder = join(tree, await realpath(dirname(path)));
  const target = join(folder, basename(path));
  await mkdir(folder, { recursive: true });
  const isThere = await lstat(target).then(
    () => true,
    () => false,
  );
  if (isThere) return;
  await cp(path, target, { dereference, verbatimSymlinks: !dereference });
  // The image is made without root, so its files may belong to anyone: a set-user-ID mount would drop root's rights.
  const state = await lstat(target);
  if (!state.isSymbolicLink()) await chmod(target, state.mode & 0o777);
}

function ignoreExisting(error: unknown): void {
  if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
}
