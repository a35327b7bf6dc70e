// What may be attached to the lookups while something is measured.

import type { Netns } from "../support/networks/netns.js";
import { PATIENCE } from "../support/pace.js";
import { startBackground } from "../support/processes/background.js";
import { startDaemon } from "../support/processes/daemon_process.js";
import { projectPath } from "../support/project_path.js";
import { startBpftrace } from "../support/truth/bpftrace.js";
import { total } from "../support/truth/scrape.js";

const ROUTES = "tablesnoop_route_lookups_total";

export interface Variant {
  readonly name: string;
  attach(): Promise<Attached>;
}

export interface Attached {
  /** What a metric of its has in a namespace, route lookups if none is named; absent where it does not count by namespace. */
  counted?(netns: Pick<Netns, "name">, metric?: string): Promise<number>;
  detach(): Promise<unknown>;
}

export const bare: Variant = { name: "bare", attach: async () => ({ detach: async () => undefined }) };

/** Programs that do nothing, on the tracepoints of the lookups: nothing that counts lookups can cost less. */
export const empty: Variant = { name: "empty", attach: () => attachObjects(["empty"]) };

/** Such programs for each packet and softirq too, as one would need that has to know what a CPU is doing. */
export const emptyPacket: Variant = {
  name: "empty, each packet",
  attach: () => attachObjects(["empty", "empty_packet"]),
};

export async function attachObjects(names: readonly string[]): Promise<Attached> {
  const objects = names.map((name) => projectPath(`dist/test/flood/${name}.bpf.o`));
  const helper = await startBackground(projectPath("dist/test/flood/attach"), objects);
  await helper.waitFor("stdout", /attached/, { timeoutMs: 5000 * PATIENCE });
  return { detach: () => helper.stop() };
}

export const tablesnoop: Variant = daemonVariant("tablesnoop");

/** The daemon in dist/ without a command. */
export function daemonVariant(name: string, command?: readonly string[], flags: readonly string[] = []): Variant {
  return {
    name,
    attach: async () => {
      const daemon = await startDaemon(flags, { timeoutMs: 20_000 * PATIENCE, ...(command && { command }) });
      return {
        counted: async (netns, metric = ROUTES) => total(await daemon.scrape(), metric, { netns: netns.name }),
        detach: () => daemon.stop(),
      };
    },
  };
}

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
