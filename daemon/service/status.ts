// What goes on, in one line: what `systemctl status` shows beside "active".

import type { Reading } from "../drain/reading.js";
import type { Backend } from "../native/session.js";

/** `netnsCount`: network namespaces that are there now. */
export function describeSituation(
  backend: Backend,
  { probes, failed }: Pick<Reading, "probes" | "failed">,
  netnsCount: number,
): string {
  const attached = probes.filter((probe) => probe.attached).length;
  const missing = probes.filter((probe) => probe.isMissing).map(({ probe, reason }) => `${probe} (${reason})`);
  const seen = `${backend} backend, ${count(attached, "probe")} in ${count(netnsCount, "network namespace")}`;
  const amiss = [
    ...(missing.length > 0 ? [`not attached: ${missing.join(", ")}`] : []),
    ...[...failed].map(([source, error]) => `${source} cannot be read: ${error.message}`),
  ];
  if (amiss.length === 0) return `Counting lookups: ${seen}`;
  return `Degraded: ${seen}; ${amiss.join("; ")}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
