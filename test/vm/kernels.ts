// The kernels the guests boot: the newest stock Debian cloud kernel of each series, unpacked in the cache. Cloud flavour
// because NVMe and ext4 are built in: it boots from a disk image without an initramfs.

import { rename } from "node:fs/promises";
import { join } from "node:path";
import { ArchiveError, type DebianArchive, type DebianPackage } from "../../scripts/debian/archive.mjs";
import { askArchive } from "./archive.js";
import { cacheFolder, exists, makeOnce } from "./cache.js";
import { runOnHost } from "./host_command.js";

/** 6.1 is Debian 12's, 6.12 that of Debian 13; 6.18 and the newest come from Debian 13's backports. */
export const SERIES = ["6.1", "6.12", "6.18", "newest"] as const;
type Series = (typeof SERIES)[number];
/** As Debian calls it. */
export type Architecture = "amd64" | "arm64";

export interface KernelChoice {
  readonly series: Series;
  readonly architecture: Architecture;
}

export interface Kernel extends KernelChoice {
  /** As uname -r prints it. */
  readonly release: string;
  /** Package version, such as 6.1.192-2: it changes where the release does not. */
  readonly version: string;
  readonly vmlinuz: string;
  /** lib/modules/<release>, with depmod's tables. */
  readonly modules: string;
}

/** Throws Unavailable if the archive cannot be reached or has no such kernel any more. */
export function fetchKernel({ series, architecture }: KernelChoice): Promise<Kernel> {
  return askArchive(`fetch a ${series} kernel for ${architecture}`, async (archive) => {
    const image = await newest(archive, series, architecture);
    const release = image.name.replace("linux-image-", "");
    const folder = await cacheFolder("kernels", "unpacked");
    const unpacked = join(folder, `${image.name}_${image.version.replaceAll(/[^\w.+~-]/g, "_")}`);
    await makeOnce(unpacked, (scratch) => download(archive, image, architecture, scratch));
    return {
      series,
      architecture,
      release,
      version: image.version,
      vmlinuz: join(unpacked, "vmlinuz"),
      modules: join(unpacked, "lib/modules", release),
    };
  });
}

async function newest(archive: DebianArchive, series: Series, architecture: Architecture): Promise<DebianPackage> {
  const number = series === "newest" ? "\\d+\\.\\d+" : series.replace(".", "\\.");
  const pattern = new RegExp(`^linux-image-${number}\\.\\d[^ ]*-cloud-${architecture}$`);
  const names = (await archive.names("linux-image-")).filter((name) => pattern.test(name));
  let best: DebianPackage | undefined;
  for (const found of await archive.find(names, architecture)) {
    if (!best || (await isNewer(found.version, best.version))) best = found;
  }
  if (best) return best;
  // Debian takes a series out when the next one is in: nothing that this machine could cure.
  throw new ArchiveError(`Debian's archive has no linux-image-${series}.*-cloud-${architecture} now`, false);
}

function isNewer(version: string, than: string): Promise<boolean> {
  return runOnHost("dpkg", ["--compare-versions", version, "gt", than]).then(
    () => true,
    () => false,
  );
}

/**
 * Since 6.19 linux-image-* is empty: the kernel is in linux-binary-*, without /boot, and since 7.2 its modules are in
 * linux-modules-*. Of the three, those that are there make the kernel.
 */
async function download(
  archive: DebianArchive,
  image: DebianPackage,
  architecture: Architecture,
  scratch: string,
): Promise<string> {
  const release = image.name.replace("linux-image-", "");
  const parts = await archive.find([`linux-binary-${release}`, `linux-modules-${release}`], architecture);
  const unpacked = join(scratch, "unpacked");
  await archive.unpack([image, ...parts], architecture, unpacked);
  // Where /lib is /usr/lib, depmod knows the modules by the first name all the same.
  if (!(await exists(join(unpacked, "lib/modules", release)))) {
    await rename(join(unpacked, "usr/lib"), join(unpacked, "lib"));
  }
  const places = [join(unpacked, "boot", `vmlinuz-${release}`), join(unpacked, "lib/modules", release, "vmlinuz")];
  for (const place of places) {
    if (await exists(place)) await rename(place, join(unpacked, "vmlinuz"));
  }
  if (!(await exists(join(unpacked, "vmlinuz")))) throw new Error(`unpack ${image.name}: no vmlinuz in it`);
  await runOnHost("depmod", ["-b", unpacked, release]);
  return unpacked;
}
