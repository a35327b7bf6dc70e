// A copy of this very machine to install packages in: its root file system under a layer in memory that takes every
// change, in a mount namespace of its own. No service manager runs in it; systemctl enables services and
// notes what it is asked to start and stop.

import { join } from "node:path";
import { type Background, startBackground } from "../support/processes/background.js";
import { type CommandOptions, runCommand } from "../support/processes/command.js";
import { createScratch } from "./scratch.js";

export interface MachineCopy extends AsyncDisposable {
  /** What the command says on stdout. */
  run(program: string, args: readonly string[], options?: CommandOptions): Promise<string>;
  /** Files that were made or changed and are still there, below /; sorted. */
  changed(): Promise<string[]>;
  /** What systemctl was asked to start, stop and reload since the last call. */
  asked(): Promise<string[]>;
  /** Copies a file of this machine to /tmp of the copy and returns its path there. */
  bring(file: string): Promise<string>;
}

const MOUNTS = `
set -e
mount -t tmpfs -o size=2g tmpfs "$1"
mkdir "$1/changes" "$1/work" "$1/machine"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/changes,workdir=$1/work" "$1/machine"
mount -t proc proc "$1/machine/proc"
mount --rbind /dev "$1/machine/dev"
mount -t tmpfs tmpfs "$1/machine/run"
mount -t tmpfs tmpfs "$1/machine/tmp"
mkdir -p "$1/machine/run/systemd/system"
# Containers have one, which forbids to start anything.
rm -f "$1/machine/usr/sbin/policy-rc.d"
mv "$1/machine/usr/bin/systemctl" "$1/machine/usr/bin/systemctl.real"
cat >"$1/machine/usr/bin/systemctl" <<'RECORDER'
#!/bin/sh
case " $* " in
*" start "* | *" stop "* | *" restart "* | *" daemon-reload "*) echo "$*" >>/run/systemctl.asked ;;
*" is-active "*) exit 3 ;;
*) SYSTEMD_OFFLINE=1 exec systemctl.real "$@" ;;
esac
RECORDER
chmod 755 "$1/machine/usr/bin/systemctl"
echo ready
exec cat`;

/** Needs root. Rejects where file systems cannot be laid over each other. */
export async function copyMachine(): Promise<MachineCopy> {
  const scratch = createScratch("machine");
  const unshare = ["--mount", "--propagation", "private", "sh", "-c", MOUNTS, "sh", scratch.path];
  const holder = await startBackground("unshare", unshare);
  const inside = (args: readonly string[], options?: CommandOptions) =>
    runCommand("nsenter", [`--target=${holder.pid}`, "--mount", "--", ...args], options);
  try {
    await holder.waitFor("stdout", /ready/);
  } catch (error) {
    await end(holder);
    throw error;
  }
  const changes = join(scratch.path, "changes");

  async function end(background: Background) {
    await background.stop("SIGKILL");
    scratch.remove();
  }

  return {
    run: async (program, args, options) => {
      const chroot = [
        "chroot",
        join(scratch.path, "machine"),
        "env",
        "DEBIAN_FRONTEND=noninteractive",
        "LC_ALL=C",
        program,
      ];
      return (await inside([...chroot, ...args], options)).stdout;
    },
    changed: async () => {
      const { stdout } = await inside(["find", changes, "-type", "f,l", "-printf", "/%P\\n"]);
      return stdout.trim().split("\n").sort();
    },
    asked: async () => {
      const file = join(scratch.path, "machine/run/systemctl.asked");
      const { stdout } = await inside(["sh", "-c", `touch ${file}; cat ${file}; : >${file}`]);
      return stdout.split("\n").filter((line) => line !== "");
    },
    bring: async (file) => {
      const place = "/tmp/brought.deb";
      await inside(["cp", file, join(scratch.path, "machine", place)]);
      return place;
    },
    [Symbol.asyncDispose]: () => end(holder),
  };
}
