// The kernels the guests boot: the newest stock Debian cloud kernel of each series that apt knows, unpacked in the
// cache. Cloud flavour because NVMe and ext4 are built in: it boots from a disk image without an initramfs.

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { Unavailable } from "../support/unavailable.js";
import { cacheFolder, makeOnce } from "./cache.js";
import { findOnHost, runOnHost } from "./host_command.js";

/** 6.1 is Debian 12's kernel and the oldest one supported, 6.12 that of Debian 13 and of Debian 12's updates. */
export const SERIES = ["6.1", "6.12"] as const;
export type Series = (typeof SERIES)[number];

export interface Kernel {
  readonly series: Series;
  /** As uname -r prints it. */
  readonly release: string;
  /** Package version, such as 6.1.192-2: it changes where the release does not. */
  readonly version: string;
  readonly vmlinuz: string;
  /** lib/modules/<release>, with depmod's tables. */
  readonly modules: string;
}

interface Candidate {
  readonly name: string;
  readonly version: string;
}

export async function fetchKernel(series: Series): Promise<Kernel> {
  const candidate = await newest(series);
  const release = candidate.name.replace("linux-image-", "");
  const folder = await cacheFolder("kernels");
  const unpacked = join(folder, `${candidate.name}_${candidate.version.replaceAll(/[^\w.+~-]/g, "_")}`);
  await makeOnce(unpacked, (scratch) => download(candidate, release, scratch));
  return {
    series,
    release,
    version: candidate.version,
    vmlinuz: join(unpacked, "boot", `vmlinuz-${release}`),
    modules: join(unpacked, "lib", "modules", release),
  };
}

async function newest(series: Series): Promise<Candidate> {
  if (!(await findOnHost("apt-get"))) {
    throw new Unavailable(`find a ${series} kernel: no apt-get here; the guests' kernels are Debian packages`, true);
  }
  const pattern = new RegExp(`^linux-image-${series.replace(".", "\\.")}\\.[0-9][^ ]*-cloud-amd64$`);
  const all = await runOnHost("apt-cache", ["pkgnames", `linux-image-${series}.`]);
  const names = all.split("\n").filter((name) => pattern.test(name));
  if (names.length === 0) {
    const hint = "run apt-get update, or add the suite that carries it (bookworm-security has both)";
    throw new Unavailable(`find a ${series} kernel: apt knows no linux-image-${series}.*-cloud-amd64; ${hint}`, true);
  }
  const shown = await runOnHost("apt-cache", ["show", "--no-all-versions", ...names]);
  let best: Candidate | undefined;
  for (const stanza of shown.split("\n\n")) {
    const name = /^Package: (.*)$/m.exec(stanza)?.[1];
    const version = /^Version: (.*)$/m.exec(stanza)?.[1];
    if (!name || !version) continue;
    if (!best || (await isNewer(version, best.version))) best = { name, version };
  }
  if (!best) throw new Unavailable(`find a ${series} kernel: apt lists ${names.join(", ")} but shows none`, true);
  return best;
}

function isNewer(version: string, than: string): Promise<boolean> {
  return runOnHost("dpkg", ["--compare-versions", version, "gt", than]).then(
    () => true,
    () => false,
  );
}

async function download({ name, version }: Candidate, release: string, scratch: string): Promise<string> {
  // apt's own unprivileged user could not write into this folder; the package is checked by its signature either way.
  const sandbox = process.getuid?.() === 0 ? ["-o", "APT::Sandbox::User=root"] : [];
  await runOnHost("apt-get", [...sandbox, "download", `${name}=${version}`], scratch).catch((error: unknown) => {
    throw new Unavailable(`download ${name}: ${error instanceof Error ? error.message : String(error)}`, true);
  });
  const file = (await readdir(scratch)).find((entry) => entry.endsWith(".deb"));
  if (!file) throw new Error(`download ${name}: apt-get left no package behind`);
  const unpacked = join(scratch, "unpacked");
  await runOnHost("dpkg", ["-x", join(scratch, file), unpacked]);
  await runOnHost("depmod", ["-b", unpacked, release]);
  return unpacked;
}
