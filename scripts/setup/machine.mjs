// What the machine must be: system and architecture to build on, kernel to run on. Pure functions of what was read.

import { existsSync, readFileSync } from "node:fs";
import os from "node:os";

const ARCHITECTURES = ["x64", "arm64"];
/** What every probe needs, with the release that brought it. A distribution may have brought one back to an older kernel. */
const HELPERS = new Map([
  ["bpf_loop", "5.17"],
  ["bpf_map_lookup_percpu_elem", "5.19"],
]);
/** Oldest release with libbpf 1.x, which the addon is written against. Other Debian derivatives are not judged. */
const OLDEST_RELEASE = new Map([
  ["debian", 12],
  ["ubuntu", 24.04],
]);
const KERNEL_TYPES = "/sys/kernel/btf/vmlinux";

/** What this machine says about itself. */
export function readMachine() {
  return {
    platform: process.platform,
    arch: process.arch,
    release: parseOsRelease(existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : ""),
    kernel: os.release(),
    types: existsSync(KERNEL_TYPES) ? readFileSync(KERNEL_TYPES) : undefined,
    isRoot: process.getuid?.() === 0,
  };
}

/**
 * Why tablesnoop cannot be built here; empty if it can.
 * @param {{ platform: string, arch: string, release: { id: string, version: string, name: string } }} machine
 */
export function whyNotBuild({ platform, arch, release }) {
  if (platform !== "linux") return `tablesnoop counts lookups of the Linux kernel, and this is ${platform}`;
  if (!ARCHITECTURES.includes(arch)) {
    return `architecture ${arch} is not supported; supported are ${ARCHITECTURES.join(" and ")}`;
  }
  const oldest = OLDEST_RELEASE.get(release.id);
  if (oldest !== undefined && release.version !== "" && Number.parseFloat(release.version) < oldest) {
    return `${release.name} is not supported: it has no libbpf 1.x; supported are Debian 12, Ubuntu 24.04 and newer`;
  }
  return "";
}

/**
 * Why tablesnoopd cannot count here; empty if it can.
 * @param {{ kernel: string, types: Uint8Array | undefined }} machine
 */
export function whyNotRun({ kernel, types }) {
  if (types === undefined) {
    return `kernel ${kernel} has no ${KERNEL_TYPES}; boot a kernel built with CONFIG_DEBUG_INFO_BTF=y, as Debian's are`;
  }
  // BTF keeps its names as they are, each ended by a zero.
  const names = Buffer.from(types.buffer, types.byteOffset, types.byteLength);
  const missing = [...HELPERS].filter(([helper]) => !names.includes(`\0${helper.replace("bpf_", "BPF_FUNC_")}\0`));
  if (missing.length === 0) return "";
  const words = missing.map(([helper, release]) => `${helper} (in Linux since ${release})`).join(" and ");
  return `kernel ${kernel} lacks ${words}; boot Linux 5.19 or newer`;
}

/**
 * @param {string} text of /etc/os-release
 */
export function parseOsRelease(text) {
  /** @param {string} key */
  const value = (key) => new RegExp(`^${key}=["']?(.*?)["']?$`, "m").exec(text)?.[1] ?? "";
  return { id: value("ID"), version: value("VERSION_ID"), name: value("PRETTY_NAME") || "this system" };
}
