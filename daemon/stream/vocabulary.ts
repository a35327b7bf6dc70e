// The words of lines, for the native formatter: the same tables that name the metrics' labels.

import { KINDS, RESULTS } from "../fib/lookup.js";
import { ROUTE_TYPES } from "../kinds/route/route_type.js";
import { ACTION_COUNT, actionName, resultOf } from "../kinds/rule/result.js";
import type { Vocabulary } from "../native/session.js";

const ERRORS = 256;
const TYPES = 16;

export function buildVocabulary(): Vocabulary {
  const results = new Uint8Array(KINDS.length * ERRORS * TYPES);
  for (const [at, kind] of KINDS.entries()) {
    for (let error = 0; error < ERRORS; error++) {
      for (let type = 0; type < TYPES; type++) {
        results[(at * ERRORS + error) * TYPES + type] = RESULTS.indexOf(resultOf(kind, error, type));
      }
    }
  }
  return {
    results,
    resultNames: RESULTS,
    actions: Array.from({ length: ACTION_COUNT }, (_, action) => actionName(action)),
    routeTypes: ROUTE_TYPES,
  };
}
