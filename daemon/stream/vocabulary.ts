// The words of lines, for the native formatter: the same tables that name the metrics' labels.

import { KINDS } from "../kinds/list.js";
import type { Vocabulary } from "../native/session.js";

export function buildVocabulary(): Vocabulary {
  return {
    result: (kind, error, code) => KINDS[kind]?.lines?.result(error, code) ?? "",
    codes: KINDS.map(({ lines }) => lines?.codes ?? []),
  };
}
