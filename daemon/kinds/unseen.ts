// What is not seen of the kinds, in words.

import type { UnseenKind } from "../native/session.js";
import { KINDS } from "./list.js";

/** "rule lookups", or what a part of a kind is called: "bridge floods". */
export function wordsOf({ kind, part }: Pick<UnseenKind, "kind" | "part">): string {
  return part || `${KINDS[kind]?.noun}s`;
}
