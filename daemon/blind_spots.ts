// What is not seen here, in words: a kind, or a part of one whose rest is seen.

import type { Logger } from "pino";
import type { Config } from "./config.js";
import { KINDS, type KindWord } from "./kinds/list.js";
import { wordsOf } from "./kinds/unseen.js";
import type { Session, UnseenKind } from "./native/session.js";

/** Tells the log of each once, and again if the reason is another one: a kernel module may come late. */
export class BlindSpots {
  readonly #session: Pick<Session, "unseen">;
  readonly #log: Pick<Logger, "warn">;
  readonly #told = new Set<string>();

  constructor(session: Pick<Session, "unseen">, log: Pick<Logger, "warn">) {
    this.#session = session;
    this.#log = log;
  }

  /** As they are now. */
  look(): readonly UnseenKind[] {
    const unseen = this.#session.unseen();
    for (const sentence of unseen.map(notCounted)) {
      if (!this.#told.has(sentence)) this.#log.warn(sentence);
      this.#told.add(sentence);
    }
    return unseen;
  }
}

export function notCounted(unseen: UnseenKind): string {
  return `${wordsOf(unseen)} are not counted: ${unseen.reason}`;
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
