// What goes on, in one line: what `systemctl status` shows beside "active".

import type { Backend, ProbeState } from "../native/session.js";

export interface Situation {
  readonly backend: Backend;
  readonly probes: readonly ProbeState[];
  /** Network namespaces that are there now. */
  readonly netnsCount: number;
  /** What cannot be read now, by source. */
  readonly errors: ReadonlyMap<string, Error>;
}

export function describeSituation({ backend, probes, netnsCount, errors }: Situation): string {
  const attached = probes.filter((probe) => probe.attached).length;
  const missing = probes.filter((probe) => probe.isMissing).map(({ probe, reason }) => `${probe} (${reason})`);
  const seen = `${backend} backend, ${count(attached, "probe")} in ${count(netnsCount, "network namespace")}`;
  const amiss = [
    ...(missing.length > 0 ? [`not attached: ${missing.join(", ")}`] : []),
    ...[...errors].map(([source, error]) => `${source} cannot be read: ${error.message}`),
  ];
  if (amiss.length === 0) return `Counting lookups: ${seen}`;
  return `Degraded: ${seen}; ${amiss.join("; ")}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
