// What the kernel does later for what a command did, on a timer, happens on top of whatever runs on that CPU then. A kernel
// may keep processes of its own from BPF (this one does so with the programs of process 1), and what happens on top of them:
// ftrace tells of it, no BPF program does. So a test that counts such events lets nothing else run there meanwhile.

import { availableParallelism } from "node:os";

/** Words of a command that runs on one CPU, before all other processes, and keeps it busy for so long afterwards. */
export function undisturbed(command: readonly string[], afterwardsMs: number, cpu = 0): [program: string, ...string[]] {
  const now = "$" + "{EPOCHREALTIME/[.,]/}";
  const script = `"$@"; end=$((${now} + $0)); while ((${now} < end)); do :; done`;
  return [
    "chrt",
    "--fifo",
    "1",
    "taskset",
    "--cpu-list",
    `${cpu % availableParallelism()}`,
    "bash",
    "-ec",
    script,
    `${afterwardsMs * 1000}`,
    ...command,
  ];
}
