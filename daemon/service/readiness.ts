// Whether something is counted, and what is amiss although it is.

import type { Reading } from "../drain/reading.js";

export interface Readiness {
  readonly ready: boolean;
  /** Why not, or what is amiss although ready. */
  readonly reasons: readonly string[];
}

/** `blind`: what is not counted here at all, a sentence each. */
export function readiness({ failed, probes }: Pick<Reading, "failed" | "probes">, blind: readonly string[]): Readiness {
  const failing = [...failed].map(([source, error]) => `${source}: ${error.message}`);
  const detached = probes
    .filter((row) => row.isMissing)
    .map((row) => `${row.probe} (${row.backend}) is not attached: ${row.reason}`);
  return { ready: !failed.has("counters"), reasons: [...failing, ...detached, ...blind] };
}
