// The kinds whose lookups are told one by one.

import type { Kind } from "./kind.js";
import { KINDS, type KindWord } from "./list.js";

export const LINE_KINDS: readonly KindWord[] = KINDS.filter(({ lines }) => lines !== undefined).map(({ word }) => word);

/** Of whoever names no kinds. */
export const KINDS_UNASKED: readonly KindWord[] = KINDS.filter(({ lines }) => lines?.isShownUnasked).map(
  ({ word }) => word,
);

export function kindOf(word: KindWord): Kind {
  return KINDS[numberOf(word)] as Kind;
}

/** One bit for each, by number. */
export function bitsOf(words: readonly KindWord[]): number {
  return words.reduce((bits, word) => bits | (1 << numberOf(word)), 0);
}

function numberOf(word: KindWord): number {
  return KINDS.findIndex((kind) => kind.word === word);
}
