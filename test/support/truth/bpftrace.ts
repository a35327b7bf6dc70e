// bpftrace beside the test: started, attached, and stopped.

import { PATIENCE } from "../pace.js";
import { type Background, startBackground } from "../processes/background.js";

const ATTACHED = "bpftrace attached";

/** Runs the program's probes; returns once all of them are attached. SIGINT ends it and makes it print its maps. */
export async function startBpftrace(probes: string): Promise<Background> {
  // tracefs is mounted, if it has to be, where only bpftrace sees it.
  const shell = 'test -d "$1/events" || mount -t tracefs tracefs "$1"; exec bpftrace -e "$2"';
  // One interval probe stands before and one after the others: both ticking, whatever the order, all are attached.
  const tick = (which: string) => `interval:ms:100 { printf("${ATTACHED} ${which}\\n"); }`;
  const program = [tick("first"), probes, tick("last")].join("\n");
  const args = ["--mount", "sh", "-ec", shell, "sh", "/sys/kernel/tracing", program];
  const tracer = await startBackground("unshare", args, { ...process.env, BPFTRACE_MAP_KEYS_MAX: "65536" });
  try {
    for (const which of ["first", "last"]) {
      await tracer.waitFor("stdout", new RegExp(`${ATTACHED} ${which}`), { timeoutMs: 30_000 * PATIENCE });
    }
  } catch (error) {
    await tracer.stop("SIGKILL");
    throw error;
  }
  return tracer;
}
