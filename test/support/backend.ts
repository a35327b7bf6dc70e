// What the probe backend under test can tell, in one place: expectations of live tests ask here. TABLESNOOP_BACKEND
// chooses it; without it the one that runs on every supported kernel.

import type { Backend } from "../../daemon/native/session.js";
import { PATIENCE } from "./pace.js";
import { type DaemonProcess, startDaemon } from "./processes/daemon_process.js";

const { TABLESNOOP_BACKEND = "tracepoint" } = process.env;
if (TABLESNOOP_BACKEND !== "tracepoint" && TABLESNOOP_BACKEND !== "trampoline") {
  throw new Error(`read TABLESNOOP_BACKEND: ${TABLESNOOP_BACKEND} is neither tracepoint nor trampoline`);
}

export const BACKEND: Backend = TABLESNOOP_BACKEND;

/** Rule lookups are counted. */
export const seesRules = BACKEND === "trampoline";
/** Among several nexthops the one really taken is told; else `egress` is multipath. */
export const selectsNexthop = BACKEND === "trampoline";
/** The namespace of an IPv4 miss is known in every context; else timers and the like are unknown. */
export const missNetnsExact = BACKEND === "trampoline";

/** What hangs on functions of the kernel or its modules: caches of tunnels, floods, VXLAN's tables, labels. */
export const seesFunctions = BACKEND === "trampoline";

/** What the daemon says it cannot see, one sentence each. */
export async function blindSpots(daemon: DaemonProcess): Promise<string[]> {
  const answer = await fetch(`${daemon.url}/-/ready`);
  return (await answer.text()).split("\n").filter((line) => line.includes(" are not counted: "));
}

/** The daemon with the backend under test, and without the metrics about its own process. */
export function startBackend(flags: readonly string[] = []): Promise<DaemonProcess> {
  const all = [`--probe=${BACKEND}`, "--web.disable-exporter-metrics", ...flags];
  return startDaemon(all, { timeoutMs: 20_000 * PATIENCE });
}
