// What may be attached to the lookups while something is measured.

import type { Netns } from "../support/networks/netns.js";
import { startBackground } from "../support/processes/background.js";
import { startDaemon } from "../support/processes/daemon_process.js";
import { projectPath } from "../support/project_path.js";
import { startBpftrace } from "../support/truth/bpftrace.js";
import { total } from "../support/truth/scrape.js";

export interface Variant {
  readonly name: string;
  attach(): Promise<Attached>;
}

export interface Attached {
  /** Lookups it counted in a namespace; absent where it does not count by namespace. */
  counted?(netns: Netns): Promise<number>;
  detach(): Promise<unknown>;
}

export const bare: Variant = { name: "bare", attach: async () => ({ detach: async () => undefined }) };

/** Programs that do nothing, on the same tracepoints. */
export const empty: Variant = {
  name: "empty",
  attach: async () => {
    const helper = await startBackground(projectPath("dist/test/flood/attach"), [
      projectPath("dist/test/flood/empty.bpf.o"),
    ]);
    await helper.waitFor("stdout", /attached/);
    return { detach: () => helper.stop() };
  },
};

export const tablesnoop: Variant = {
  name: "tablesnoop",
  attach: async () => {
    const daemon = await startDaemon();
    return {
      counted: async (netns) => total(await daemon.scrape(), "tablesnoop_route_lookups_total", { netns: netns.name }),
      detach: () => daemon.stop(),
    };
  },
};

/** The one-liner somebody would use instead. */
export const bpftrace: Variant = {
  name: "bpftrace",
  attach: async () => {
    const count = "{ @[args->tb_id] = count(); }";
    const tracer = await startBpftrace(
      `tracepoint:fib:fib_table_lookup ${count} tracepoint:fib6:fib6_table_lookup ${count}`,
    );
    return { detach: () => tracer.stop("SIGINT") };
  },
};

/** Runs every variant once for each round, each round beginning with another one. */
export async function alternate(
  variants: readonly Variant[],
  rounds: number,
  measure: (variant: Variant, attached: Attached) => Promise<void>,
): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < variants.length; turn++) {
      const variant = variants[(round + turn) % variants.length];
      if (variant === undefined) continue;
      const attached = await variant.attach();
      try {
        await measure(variant, attached);
      } finally {
        await attached.detach();
      }
    }
  }
}
