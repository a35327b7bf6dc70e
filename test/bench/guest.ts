// What the trampoline backend costs on stock Debian kernels, in guests: guest_cost.ts inside each.

import { boot } from "../vm/guest.js";
import { type Machine, prepareMachine, titleOf } from "../vm/machines.js";
import type { Figure } from "./figure.js";

const COMMAND = "node dist/test/bench/guest_cost.js";
const RUN_MS = 1_500_000;
/** An emulated machine takes some twenty times as long. */
const PACE = { TABLESNOOP_SMALL: "1" };

export async function measureGuests(): Promise<Figure[]> {
  // The two that Debian's stable releases have. Each guest keeps one core busy.
  const series = ["6.1", "6.12"] as const;
  const machines = await Promise.all(series.map((name) => prepareMachine({ series: name, architecture: "amd64" })));
  return (await Promise.all(machines.map(measureGuest))).flat();
}

async function measureGuest(machine: Machine): Promise<Figure[]> {
  if ("unavailable" in machine) throw machine.unavailable;
  const guest = await boot(machine);
  try {
    const { status, stdout, stderr } = await guest.run(COMMAND, { timeoutMs: RUN_MS, env: PACE });
    if (status !== 0) throw new Error(`measure ${titleOf(machine)}: exit code ${status}; ${stderr.trim()}`);
    const figures = JSON.parse(stdout) as Figure[];
    return figures.map((figure) => ({ ...figure, name: `${titleOf(machine)}, ${figure.name}` }));
  } finally {
    await guest.stop();
  }
}
