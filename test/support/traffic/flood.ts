// The face of the lookup flood (test/support/flood/lookup.c): an exact number of route lookups in one namespace, made by
// calls of bpf_fib_lookup() without any packet.

import type { Netns } from "../networks/netns.js";
import { runCommand } from "../processes/command.js";
import { projectPath } from "../project_path.js";

export interface FloodOptions {
  readonly netns: Netns;
  /** Input device; forwarding must be on there. */
  readonly device: string;
  /** At most 1024, of one family; taken in turn unless `isRandom`. */
  readonly destinations: readonly string[];
  /** Calls, each a whole route decision. IPv6 off the host is two table lookups: local first, then main. */
  readonly count: number;
  readonly cpu?: number;
  /** Calls per second, at least 100; as fast as can be without. */
  readonly rate?: number;
  readonly isRandom?: boolean;
  /** Past the rules, one lookup in one table: main, or the one given. */
  readonly isDirect?: boolean;
  readonly table?: number;
  /** So many tables, from `table` on: the next one after each round of the destinations. */
  readonly tables?: number;
}

export interface FloodResult {
  readonly lookups: number;
  readonly cpu: number;
  /** CPU time of the thread. */
  readonly ns_per_lookup: number;
  /** Calls by BPF_FIB_LKUP_RET_*: 0 success, 1 blackhole, 2 unreachable, 3 prohibit, 4 not forwarded (a miss). */
  readonly answers: readonly number[];
}

export async function floodLookups(options: FloodOptions): Promise<FloodResult> {
  const args = [
    ...["--object", projectPath("dist/test/flood/lookup.bpf.o")],
    ...["--netns", options.netns.path],
    ...["--device", options.device],
    ...["--dst", options.destinations.join(",")],
    ...["--repeat", String(options.count)],
    ...["--cpu", String(options.cpu ?? 0)],
    ...(options.rate === undefined ? [] : ["--rate", String(options.rate)]),
    ...(options.isRandom ? ["--random"] : []),
    ...(options.isDirect ? ["--direct"] : []),
    ...(options.table === undefined ? [] : ["--table", String(options.table)]),
    ...(options.tables === undefined ? [] : ["--tables", String(options.tables)]),
  ];
  const { stdout } = await runCommand(projectPath("dist/test/flood/lookup"), args, { timeoutMs: 120_000 });
  return JSON.parse(stdout) as FloodResult;
}
