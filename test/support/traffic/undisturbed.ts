// What the kernel does later for what a command did, on a timer, happens on top of whatever runs on that CPU then. A kernel
// may keep processes of its own from BPF (this one does so with the programs of process 1), and what happens on top of them:
// ftrace tells of it, no BPF program does. So a test that counts such events lets nothing else run there meanwhile.

import { availableParallelism } from "node:os";
import type { Netns } from "../networks/netns.js";
import type { CommandResult } from "../processes/command.js";

const SCRIPT = `"$@"; end=$((\${EPOCHREALTIME/[.,]/} + $0)); while ((\${EPOCHREALTIME/[.,]/} < end)); do :; done`;

/** Runs the command on one CPU, before all other processes, and keeps that CPU busy for so long afterwards. */
export function execUndisturbed(
  netns: Pick<Netns, "exec">,
  command: readonly string[],
  afterwardsMs: number,
  cpu = 0,
): Promise<CommandResult> {
  const place = ["--fifo", "1", "taskset", "--cpu-list", String(cpu % availableParallelism())];
  return netns.exec("chrt", [...place, "bash", "-ec", SCRIPT, String(afterwardsMs * 1000), ...command]);
}
