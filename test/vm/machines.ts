// Which guests can be had here: one machine per kernel and architecture, or the reason there is none.

import { Unavailable } from "../support/unavailable.js";
import { type Disks, makeDisks, requireHost } from "./disks.js";
import { fetchKernel, type Kernel, type KernelChoice, SERIES } from "./kernels.js";

export type Machine =
  | { readonly choice: KernelChoice; readonly kernel: Kernel; readonly disks: Disks }
  | { readonly choice: KernelChoice; readonly unavailable: Unavailable };

const EVERY_KERNEL: readonly KernelChoice[] = [
  ...SERIES.map((series) => ({ series, architecture: "amd64" as const })),
  { series: "6.12", architecture: "arm64" },
];

/** The matrix: every one is run with both backends. TABLESNOOP_KERNELS="6.1 6.12-arm64" takes some of it. */
export const MATRIX: readonly KernelChoice[] = chosenOf(process.env["TABLESNOOP_KERNELS"]);

function chosenOf(words: string | undefined): readonly KernelChoice[] {
  if (words === undefined) return EVERY_KERNEL;
  const wanted = words.split(" ").filter((word) => word !== "");
  const nameOf = ({ series, architecture }: KernelChoice) =>
    architecture === "amd64" ? series : `${series}-${architecture}`;
  const known = EVERY_KERNEL.map(nameOf);
  const strange = wanted.find((word) => !known.includes(word));
  if (strange !== undefined) throw new Error(`TABLESNOOP_KERNELS: ${strange} is not one of ${known.join(", ")}`);
  return EVERY_KERNEL.filter((choice) => wanted.includes(nameOf(choice)));
}

export async function prepareMachine(choice: KernelChoice): Promise<Machine> {
  try {
    await requireHost(choice.architecture);
    const kernel = await fetchKernel(choice);
    return { choice, kernel, disks: await makeDisks(kernel) };
  } catch (error) {
    if (error instanceof Unavailable) return { choice, unavailable: error };
    throw error;
  }
}

/** With the number of the newest one, so that a test that fails names it. */
export function titleOf(machine: Machine): string {
  const { series, architecture } = machine.choice;
  const number = "kernel" in machine ? /^\d+\.\d+/.exec(machine.kernel.release)?.[0] : undefined;
  const name = series === "newest" ? `${number ?? ""} (the newest)`.trim() : series;
  return `Linux ${name}${architecture === "amd64" ? "" : ` on ${architecture}`}`;
}
