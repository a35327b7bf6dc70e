// A root file system with Debian 12's systemd and what the package leans on, made by mmdebstrap from the archive as apt
// is configured here. guest_agent.sh runs in it as a service. Made once and kept: it takes a minute or two.

import { createHash } from "node:crypto";
import { chmod, cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Unavailable } from "../support/unavailable.js";
import { AGENT } from "./guest_root.js";
import { findOnHost, runOnHost } from "./host_command.js";
import type { ImageRecipe } from "./image.js";
import type { Kernel } from "./kernels.js";

const RELEASE = "bookworm";
const PACKAGES = [
  ...["systemd", "systemd-sysv", "dbus", "iproute2", "kmod", "procps", "perl-base", "init-system-helpers"],
  ...["libbpf1", "libelf1", "libmnl0", "zlib1g", "libstdc++6", "libgcc-s1"],
];
// Nobody reads them in a guest. bash completions and the like are few enough.
const NO_DOCUMENTATION = ["man", "doc", "locale", "info"].map((folder) => `path-exclude=/usr/share/${folder}/*`);
/** They would run beside the test, or wait for what a guest does not have. */
const MASKED = [
  ...["systemd-timesyncd.service", "systemd-networkd.service", "systemd-resolved.service", "getty@tty1.service"],
  ...["serial-getty@ttyS0.service", "e2scrub_reap.service", "apt-daily.timer", "apt-daily-upgrade.timer"],
  ...["dpkg-db-backup.timer", "e2scrub_all.timer", "fstrim.timer", "systemd-firstboot.service", "logrotate.timer"],
];

const AGENT_UNIT = `[Unit]
Description=Runs what the host sends
# The host speaks first when everything else has settled, the way an administrator finds a machine.
After=multi-user.target

[Service]
Environment=PATH=/usr/sbin:/usr/bin HOME=/root LANG=C.UTF-8 TERM=dumb DEBIAN_FRONTEND=noninteractive
WorkingDirectory=/root
ExecStartPre=modprobe -a virtio_pci virtio_blk virtio_console
ExecStart=/usr/sbin/guest-agent

[Install]
WantedBy=graphical.target
`;

/** Throws Unavailable if it cannot be had here. */
export async function systemdRoot(kernel: Kernel): Promise<ImageRecipe> {
  if (process.getuid?.() !== 0) throw new Unavailable("build a guest with systemd: mmdebstrap needs root", false);
  if (!(await findOnHost("mmdebstrap"))) {
    throw new Unavailable("build a guest with systemd: not installed: mmdebstrap; apt-get install it", true);
  }
  const sources = await debianSources();
  const candidates = await runOnHost("apt-cache", ["policy", ...PACKAGES]);
  const versions = [...candidates.matchAll(/^\s+Candidate: (\S+)$/gm)].map((match) => match[1]);
  const recipe = [await readFile(AGENT), await readFile(fileURLToPath(import.meta.url))];
  const hash = createHash("sha256");
  for (const part of [...versions, ...recipe, kernel.version]) hash.update(String(part)).update("\0");
  return {
    name: "systemd",
    key: hash.digest("hex").slice(0, 16),
    freeMb: 384,
    fill: (tree) => fill(tree, sources, kernel),
  };
}

/** One line of sources.list for each place that apt here has this release from. */
async function debianSources(): Promise<string[]> {
  // apt's own format language: $(NAME).
  const format = ["ORIGIN", "CODENAME", "REPO_URI", "RELEASE", "COMPONENT"].map((name) => `$(${name})`).join("|");
  const targets = await runOnHost("apt-get", ["indextargets", "--format", format, "Created-By: Packages"]);
  const rows = targets.split("\n").map((line) => line.split("|"));
  const lines = rows
    .filter(([origin = "", codename = ""]) => origin === "Debian" && codename.startsWith(RELEASE))
    .map(([, , uri, release, component]) => `deb ${uri} ${release} ${component}`);
  if (lines.length > 0) return [...new Set(lines)];
  throw new Unavailable(`build a guest with systemd: apt here knows no Debian archive of ${RELEASE}`, true);
}

/** What apt here was told about how to get there: proxies and the like. */
async function wayToArchive(): Promise<string[]> {
  const dump = await runOnHost("apt-config", ["dump", "--no-empty", "Acquire::http", "Acquire::https"]);
  return dump.split("\n").filter((line) => line !== "");
}

async function fill(tree: string, sources: readonly string[], kernel: Kernel): Promise<void> {
  const trimmed = NO_DOCUMENTATION.map((option) => `--dpkgopt=${option}`);
  const way = (await wayToArchive()).map((option) => `--aptopt=${option}`);
  const options = ["--variant=apt", "--format=directory", `--include=${PACKAGES.join(",")}`, ...trimmed, ...way];
  await runOnHost("mmdebstrap", [...options, RELEASE, tree, ...sources]).catch((error: unknown) => {
    const cause = error instanceof Error ? error.message : String(error);
    throw new Unavailable(`build a guest with systemd: ${cause.slice(-1_000)}`, true);
  });
  await cp(kernel.modules, join(tree, "usr/lib/modules", kernel.release), { recursive: true });
  await cp(AGENT, join(tree, "usr/sbin/guest-agent"));
  await chmod(join(tree, "usr/sbin/guest-agent"), 0o755);
  const unit = "etc/systemd/system/guest-agent.service";
  await write(tree, unit, AGENT_UNIT);
  await write(tree, "etc/machine-id", `${"7".repeat(32)}\n`);
  await write(tree, "etc/hostname", "guest\n");
  await write(tree, "etc/fstab", "");
  const wants = join(tree, "etc/systemd/system/graphical.target.wants");
  await mkdir(wants, { recursive: true });
  await symlink(`/${unit}`, join(wants, "guest-agent.service"));
  for (const name of MASKED) await symlink("/dev/null", join(tree, "etc/systemd/system", name));
}

async function write(tree: string, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(tree, path)), { recursive: true });
  await writeFile(join(tree, path), text);
}
