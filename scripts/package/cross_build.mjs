// Builds for arm64 on x86-64 what is compiled: the addon, by Debian's cross compiler, and the BPF programs, whose one
// difference is where a system call's arguments are. The libraries they are linked with come from the archive, unpacked in the cache.

import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { ArchiveError, cachePath, DebianArchive } from "../debian/archive.mjs";
import { run, SetupError } from "../setup/child.mjs";
import { ARM64 } from "./architecture.mjs";

/** Of the oldest Debian that is supported: what is linked with these runs on all newer ones. */
const RELEASE = "bookworm";
const LIBRARIES = ["libbpf-dev", "libbpf1", "libelf1", "zlib1g", "libmnl-dev", "libmnl0", "linux-libc-dev"];
const PREFIX = "aarch64-linux-gnu-";
const TRIPLET = "aarch64-linux-gnu";

/** Below dist/, so that a second build finds its objects. */
export const CROSS_BUILT = "dist/arm64";

/**
 * The addon and the BPF programs, in `root`/dist/arm64.
 * @param {string} root of the clone
 */
export async function crossBuild(root) {
  const flags = await compilerFlags();
  make(root, "native", "", flags);
  make(root, "bpf", "", ["ARCH=arm64"]);
}

/**
 * The programs that the tests drive a kernel with, in `root`/dist/arm64/flood.
 * @param {string} root
 */
export async function crossBuildFlood(root) {
  const flags = await compilerFlags();
  // BPF programs are the same everywhere; their headers are those of the compiler's own machine.
  make(root, "test/support/flood", "flood", ["MULTIARCH=x86_64-linux-gnu", ...flags]);
}

/** Assignments for make. */
async function compilerFlags() {
  const place = await libraries();
  const include = `${place}/usr/include`;
  // Else the path would be in the debug information, and so in the build's ID.
  const headers = `-isystem ${include}/${TRIPLET} -isystem ${include} -ffile-prefix-map=${place}=libraries`;
  return [
    `CXX=${PREFIX}g++`,
    `CC=${PREFIX}gcc`,
    `CXXFLAGS=${headers}`,
    `CFLAGS=-O2 -g ${headers}`,
    // libbpf itself needs libelf and zlib, which the linker would look for.
    `LDFLAGS=-L${place}/usr/lib/${TRIPLET} -Wl,--allow-shlib-undefined`,
  ];
}

/**
 * @param {string} root
 * @param {string} folder with the Makefile
 * @param {string} below of dist/arm64, for what is made
 * @param {readonly string[]} assignments
 */
function make(root, folder, below, assignments) {
  // Relative, because make takes no path with a space in it.
  const output = path.relative(folder, path.join(CROSS_BUILT, below));
  const env = { ...process.env, MAKEFLAGS: `-j${os.availableParallelism()} -O` };
  run("build for arm64", ["make", "-C", folder, `OUT=${output}`, ...assignments], { cwd: root, env });
}

/** The folder they are unpacked in, made if it is not there. */
async function libraries() {
  try {
    const archive = await DebianArchive.open();
    const found = await archive.find(LIBRARIES, ARM64.debian, RELEASE);
    if (found.length < LIBRARIES.length) throw new SetupError(`build for arm64: ${RELEASE} lacks one of ${LIBRARIES}`);
    const versions = found.map(({ name, version }) => `${name}_${version.replaceAll(/[^\w.+~-]/g, "_")}`).sort();
    const folder = cachePath("cross");
    const place = path.join(folder, versions.join(","));
    if (existsSync(place)) return place;
    mkdirSync(folder, { recursive: true });
    const scratch = mkdtempSync(path.join(folder, "new-"));
    try {
      await archive.unpack(found, ARM64.debian, scratch);
      // Two builds at once make the same.
      if (!existsSync(place)) renameSync(scratch, place);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
    return place;
  } catch (error) {
    if (error instanceof ArchiveError) throw new SetupError(`build for arm64: ${error.message}`);
    throw error;
  }
}
