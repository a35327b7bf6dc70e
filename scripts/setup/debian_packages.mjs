// The Debian packages tablesnoop needs, each with its reason, and how missing ones are found and installed.

import { spawnSync } from "node:child_process";
import { lastLines, SetupError, tryRun } from "./child.mjs";

/**
 * @typedef {object} DebianPackage
 * @property {string} name
 * @property {"run" | "build" | "package" | "test" | "lint"} when needed to run, to build, to make packages, for the tests, or to
 *   check the format
 * @property {string} reason
 * @property {string} [tool] a program on PATH that makes the package unnecessary
 * @property {string} [arch] only needed on this architecture
 * @property {string} [absentFrom] a distribution that has no such package, by its ID in /etc/os-release
 */

/** @type {readonly DebianPackage[]} */
const PACKAGES = [
  { name: "libbpf1", when: "run", reason: "loads and attaches the BPF programs" },
  { name: "libmnl0", when: "run", reason: "reads what the kernel says of routes that change" },
  { name: "clang", when: "build", tool: "clang", reason: "compiles the BPF programs" },
  { name: "libbpf-dev", when: "build", reason: "headers of libbpf, for the BPF programs and the addon" },
  { name: "libmnl-dev", when: "build", reason: "headers of libmnl, for the addon" },
  { name: "linux-libc-dev", when: "build", reason: "the kernel's user-space headers" },
  { name: "g++", when: "build", tool: "g++", reason: "compiles the Node addon" },
  { name: "make", when: "build", tool: "make", reason: "builds the BPF programs and the addon" },
  { name: "binutils", when: "package", tool: "strip", reason: "takes symbol tables out of what is packaged" },
  { name: "llvm", when: "package", tool: "llvm-strip", reason: "takes debug information out of the BPF programs" },
  { name: "dpkg-dev", when: "package", tool: "dpkg-shlibdeps", reason: "finds the libraries that the package needs" },
  { name: "git", when: "package", tool: "git", reason: "tells which commit is packaged, and when it was made" },
  {
    name: "g++-aarch64-linux-gnu",
    when: "package",
    tool: "aarch64-linux-gnu-g++",
    arch: "x64",
    reason: "compiles the addon for arm64",
  },
  { name: "debian-archive-keyring", when: "package", reason: "checks what comes from Debian's archive for arm64" },
  { name: "doctest-dev", when: "test", reason: "native tests are written with it" },
  { name: "libclang-rt-dev", when: "test", reason: "native tests fuzz with clang's libFuzzer and sanitizers" },
  { name: "clang-format", when: "lint", reason: "checks the format of C and C++" },
  { name: "lintian", when: "test", reason: "package tests have the Debian package checked" },
  { name: "iproute2", when: "test", reason: "live tests make network namespaces, routes and rules" },
  { name: "iputils-ping", when: "test", reason: "live tests send pings" },
  { name: "bpftrace", when: "test", reason: "live tests count lookups a second, independent way" },
  { name: "openssl", when: "test", reason: "live and deploy tests make certificates" },
  { name: "systemd", when: "test", tool: "systemd-socket-activate", reason: "live tests pass sockets as systemd does" },
  { name: "nftables", when: "test", reason: "live tests ask for routes by netfilter's rules" },
  { name: "iptables", when: "test", reason: "live tests have iptables filter by reverse path" },
  { name: "ethtool", when: "test", reason: "live tests switch device offloads" },
  { name: "qemu-system-x86", when: "test", arch: "x64", reason: "vm tests boot stock Debian kernels" },
  { name: "qemu-system-arm", when: "test", arch: "x64", reason: "vm tests boot an arm64 Debian kernel" },
  { name: "e2fsprogs", when: "test", reason: "vm tests make the disk of the virtual machine" },
  { name: "chromium", when: "test", absentFrom: "ubuntu", reason: "browser tests look at the page" },
  { name: "mmdebstrap", when: "test", arch: "x64", reason: "vm tests boot a Debian with systemd" },
  { name: "skopeo", when: "test", arch: "x64", reason: "package tests read the container image" },
  { name: "bubblewrap", when: "test", arch: "x64", reason: "package tests run the container image without an engine" },
  { name: "docker-compose", when: "test", reason: "deploy tests have the Compose file checked" },
  { name: "kmod", when: "test", reason: "vm tests index the modules of the kernels they boot" },
];

const OLDEST_CLANG = 14;

/**
 * @param {readonly DebianPackage["when"][]} occasions
 * @param {string} arch
 * @param {string} distribution ID of /etc/os-release
 */
export function packagesFor(occasions, arch, distribution) {
  return PACKAGES.filter(
    (p) => occasions.includes(p.when) && (p.arch ?? arch) === arch && p.absentFrom !== distribution,
  );
}

/**
 * Those of `wanted` that are neither installed nor replaced by a program on PATH.
 * @param {readonly DebianPackage[]} wanted
 */
export function missingPackages(wanted) {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own format language
  const format = "${Package} ${db:Status-Status}\\n";
  const query = spawnSync("dpkg-query", ["-W", "-f", format, ...wanted.map((p) => p.name)], { encoding: "utf8" });
  if (query.error !== undefined) {
    const names = wanted.map((p) => `${p.name} (${p.reason})`).join(", ");
    throw new SetupError(
      "look for installed packages: dpkg-query cannot be run; the set-up knows Debian 12, Ubuntu 24.04 and newer. " +
        `tablesnoop needs what Debian calls ${names}`,
    );
  }
  const installed = installedNames(query.stdout);
  return wanted.filter((p) => !installed.has(p.name) && (p.tool === undefined || !canRun(p.tool)));
}

/** @param {string} listing lines of "name status" */
export function installedNames(listing) {
  const lines = listing.split("\n").map((line) => line.split(" "));
  return new Set(lines.filter(([, status]) => status === "installed").map(([name]) => name));
}

/** @param {string} tool */
function canRun(tool) {
  return spawnSync(tool, ["--version"], { stdio: "ignore" }).status === 0;
}

/**
 * Why the clang on PATH will not do; empty if it will. Asked only when something is to be compiled.
 * @param {string} version first lines of `clang --version`
 */
export function whyNotClang(version) {
  const found = /clang version (\d+)/.exec(version)?.[1];
  if (found === undefined || Number(found) >= OLDEST_CLANG) return "";
  return `clang ${found} on PATH is too old for the BPF programs; install clang ${OLDEST_CLANG} or newer`;
}

/**
 * @param {readonly DebianPackage[]} packages
 * @param {boolean} isRoot
 * @param {(line: string) => void} say
 */
export function installPackages(packages, isRoot, say) {
  const names = packages.map((p) => p.name);
  const width = Math.max(...names.map((name) => name.length));
  const list = packages.map((p) => `  ${p.name.padEnd(width)}  ${p.reason}`);
  const install = ["apt-get", "install", "-y", "--no-install-recommends", ...names];
  if (!isRoot) {
    const command = `apt-get update && ${install.join(" ")}`;
    throw new SetupError(
      ["Debian packages are missing; run this as root, then try again:", `  ${command}`, ...list].join("\n"),
    );
  }
  say(["installing Debian packages:", ...list].join("\n"));
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  // A new machine often updates itself just now and holds dpkg's lock; apt's own default is to give up at once.
  const patient = ["-o", "DPkg::Lock::Timeout=300"];
  const update = tryRun(["apt-get", ...patient, "update"], { env, keepStderr: true });
  const result = tryRun([...install, ...patient], { env, keepStderr: true });
  if (result.failure === "") return;
  // An update that failed in part still ends with 0, so its complaints are shown whenever the installation failed.
  const complaints = lastLines(update.output, Number.POSITIVE_INFINITY).filter((line) => /^(Err|W|E):/.test(line));
  throw new SetupError(
    [`install Debian packages: ${install.join(" ")} ${result.failure}`, ...complaints.slice(-10), ...result.tail].join(
      "\n  ",
    ),
  );
}
