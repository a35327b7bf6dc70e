// Opens the session that the configuration asks for, and says which probes it lacks.

import type { Logger } from "pino";
import type { Config } from "./config.js";
import { bitsOf } from "./kinds/lines.js";
import { KINDS } from "./kinds/list.js";
import { openSession, type Session } from "./native/session.js";

/** The smallest ring there is, for a daemon without a stream. */
const NO_RING_BYTES = 4096;

/** Throws KernelError. */
export function openProbes({ probe, countersMax, collectors, stream }: Config, log: Logger): Session {
  const session = openSession({
    backend: probe,
    maxCounters: countersMax,
    ringBytes: stream?.ringBytes ?? NO_RING_BYTES,
    kinds: bitsOf(KINDS.map(({ word }) => word).filter((word) => collectors[word])),
  });
  const { backend, fallbackReason } = session;
  log.info({ backend, ...(fallbackReason && { because: fallbackReason }) }, "probes attached");
  for (const { probe: name, backend: of, isMissing, reason } of session.probes()) {
    if (isMissing) log.warn({ probe: name, backend: of, reason }, "probe not attached");
  }
  return session;
}
