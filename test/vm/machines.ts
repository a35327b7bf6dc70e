// Which guests can be had here: one machine per kernel series, or the reason there is none.

import { Unavailable } from "../support/unavailable.js";
import { type Disks, makeDisks, requireHost } from "./disks.js";
import { fetchKernel, type Kernel, SERIES, type Series } from "./kernels.js";

export type Machine =
  | { readonly series: Series; readonly kernel: Kernel; readonly disks: Disks }
  | { readonly series: Series; readonly unavailable: Unavailable };

export async function prepareMachines(series: readonly Series[] = SERIES): Promise<Machine[]> {
  try {
    await requireHost();
    const fetched = await Promise.all(series.map((name) => orUnavailable(fetchKernel(name))));
    const kernels = fetched.flatMap((kernel) => (kernel instanceof Unavailable ? [] : [kernel]));
    const disks = kernels.length > 0 ? await makeDisks(kernels) : undefined;
    return series.map((name, position) => {
      const kernel = fetched[position];
      if (kernel instanceof Unavailable) return { series: name, unavailable: kernel };
      if (!kernel || !disks) throw new Error(`prepare ${name}: no kernel was fetched and no reason given`);
      return { series: name, kernel, disks };
    });
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    return series.map((name) => ({ series: name, unavailable: error }));
  }
}

function orUnavailable(kernel: Promise<Kernel>): Promise<Kernel | Unavailable> {
  return kernel.catch((error: unknown) => {
    if (error instanceof Unavailable) return error;
    throw error;
  });
}
