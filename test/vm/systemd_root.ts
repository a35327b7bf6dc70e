// A root file system with a Debian release's systemd and what the package leans on, made by mmdebstrap from the archive that apt
// here has. guest_agent.sh runs in it as a service. Made once and kept: it takes a minute or two.

import { createHash } from "node:crypto";
import { chmod, cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Unavailable } from "../support/unavailable.js";
import { askArchive } from "./archive.js";
import { AGENT } from "./guest_root.js";
import { findOnHost, runOnHost } from "./host_command.js";
import type { ImageRecipe } from "./image.js";
import type { Kernel } from "./kernels.js";

export interface Release {
  /** As people call it. */
  readonly title: string;
  readonly codename: string;
  /** Of its kernel. */
  readonly series: "6.1" | "6.12";
}

export const DEBIAN_12: Release = { title: "Debian 12", codename: "bookworm", series: "6.1" };
export const DEBIAN_13: Release = { title: "Debian 13", codename: "trixie", series: "6.12" };

const PACKAGES = [
  ...["systemd", "systemd-sysv", "dbus", "iproute2", "kmod", "procps", "perl-base", "init-system-helpers"],
  "passwd",
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
export async function systemdRoot({ codename }: Release, kernel: Kernel): Promise<ImageRecipe> {
  if (process.getuid?.() !== 0) throw new Unavailable("build a guest with systemd: mmdebstrap needs root", false);
  if (!(await findOnHost("mmdebstrap"))) {
    throw new Unavailable("build a guest with systemd: not installed: mmdebstrap; apt-get install it", true);
  }
  const { sources, versions } = await askArchive("build a guest with systemd", async (archive) => ({
    sources: archive.sources(codename, kernel.architecture),
    versions: (await archive.find(PACKAGES, kernel.architecture, codename)).map(({ version }) => version),
  }));
  const recipe = [await readFile(AGENT), await readFile(fileURLToPath(import.meta.url))];
  const hash = createHash("sha256");
  for (const part of [...versions, ...recipe, kernel.version]) hash.update(String(part)).update("\0");
  return {
    name: `systemd-${codename}`,
    key: hash.digest("hex").slice(0, 16),
    freeMb: 384,
    fill: (tree) => fill(tree, codename, sources, kernel),
  };
}

/** What apt here was told about how to get there: proxies and the like. */
async function wayToArchive(): Promise<string[]> {
  const dump = await runOnHost("apt-config", ["dump", "--no-empty", "Acquire::http", "Acquire::https"]);
  return dump.split("\n").filter((line) => line !== "");
}

async function fill(tree: string, codename: string, sources: readonly string[], kernel: Kernel): Promise<void> {
  const trimmed = NO_DOCUMENTATION.map((option) => `--dpkgopt=${option}`);
  const way = (await wayToArchive()).map((option) => `--aptopt=${option}`);
  const options = ["--variant=apt", "--format=directory", `--include=${PACKAGES.join(",")}`, ...trimmed, ...way];
  await runOnHost("mmdebstrap", [...options, codename, tree, ...sources]).catch((error: unknown) => {
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
