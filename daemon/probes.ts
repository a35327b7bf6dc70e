// Opens the session that the configuration asks for, and says what it cannot see.

import type { Logger } from "pino";
import type { Config } from "./config.js";
import { bitsOf } from "./kinds/lines.js";
import { KINDS, type KindWord } from "./kinds/list.js";
import { openSession, type Session, type UnseenKind } from "./native/session.js";

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
  for (const unseen of session.unseen()) log.warn(notCounted(unseen));
  return session;
}

export function notCounted(unseen: UnseenKind): string {
  return `${wordsOf(unseen)} are not counted: ${unseen.reason}`;
}

/** What is unseen: "rule lookups". */
export function wordsOf({ kind, part }: UnseenKind): string {
  return part || `${KINDS[kind]?.noun}s`;
}

/** Why lookups of a kind cannot be seen. */
export function unseenKinds(session: Pick<Session, "unseen">, { collectors }: Config): ReadonlyMap<KindWord, string> {
  const wholly = session.unseen().filter(({ part }) => part === "");
  const reasons = new Map(wholly.map(({ kind, reason }) => [kind, reason]));
  return new Map(
    KINDS.flatMap(({ word }, number) => {
      const reason = collectors[word] ? reasons.get(number) : `the daemon runs with --no-collector.${word}`;
      return reason === undefined ? [] : [[word, reason] as const];
    }),
  );
}
