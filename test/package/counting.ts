// Whether programs out of a package do their work on this kernel.

import { expect } from "vitest";
import { createNetns } from "../support/networks/netns.js";
import { runCommand } from "../support/processes/command.js";
import { startDaemon } from "../support/processes/daemon_process.js";
import { spawnTablesnoop } from "../support/processes/tablesnoop_process.js";
import { send } from "../support/traffic/send.js";
import { keyOf, routeGrowth } from "../support/truth/growth.js";
import { waitUntil } from "../support/wait_until.js";

const SENDS = 23;
const NOWHERE = "203.0.113.9";

/** Probes need it. */
export const IS_ROOT = process.getuid?.() === 0;

/** The daemon at this path counts what is sent in a namespace, no more and no less, and ends when told to. */
export async function expectDaemonToCount(program: string): Promise<void> {
  expect(await countingDaemon([program])).toEqual({ code: 0, signal: null });
}

/** The daemon started by this command counts what is sent in a namespace. How the command ended when told to. */
export async function countingDaemon(command: readonly [string, ...string[]]) {
  await using netns = await createNetns("package");
  await using daemon = await startDaemon(["--probe=tracepoint"], { command });
  const before = await daemon.scrape();
  await send(netns, "udp", { to: NOWHERE, count: SENDS });
  const growth = routeGrowth(before, await daemon.scrape(), netns.name);
  expect(growth[keyOf("ipv4", "main", "", "no_route")]).toBe(SENDS);
  return await daemon.stop();
}

/** The command at this path prints one lookup and ends by itself, as --count=1 asks it to. */
export async function expectCommandToPrint(program: string): Promise<void> {
  await using netns = await createNetns("package");
  const flags = ["--probe=tracepoint", "-x", "--count=1"];
  await using running = await spawnTablesnoop(flags, { netns, program });
  const exit = await waitUntil(
    "the command has ended",
    async () => {
      await send(netns, "udp", { to: NOWHERE, count: 1 });
      return running.exit();
    },
    { timeoutMs: 30_000, intervalMs: 100 },
  );
  expect(exit).toEqual({ code: 0, signal: null });
  // One packet is one lookup in each table; the first that is seen is the line.
  expect(running.stdout()).toBe(`v4: src: 0.0.0.0  dst: ${NOWHERE} \n`);
}

export async function versionOf(program: string): Promise<string> {
  return (await runCommand(program, ["--version"])).stdout;
}
