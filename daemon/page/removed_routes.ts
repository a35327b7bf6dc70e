// The removed routes that destinations fail for, in words. Pure.

import type { RemovedRoute } from "../wire/change.js";
import { clock, counted } from "./format.js";

/** Named one by one. */
const MOST_NAMED = 3;

/** One sentence each, in the order of what fails most for them; each route once. */
export function removalSentences(causes: readonly (RemovedRoute | null)[]): string[] {
  const sentences = new Set(causes.flatMap((cause) => (cause === null ? [] : [`${removalText(cause)}.`])));
  const named = [...sentences].slice(0, MOST_NAMED);
  if (sentences.size > named.length) {
    named.push(`And ${counted(sentences.size - named.length, "more removed route")} that destinations fail for.`);
  }
  return named;
}

export function removalText({ prefix, via, device, protocol, table, time }: RemovedRoute): string {
  const way = via !== null ? ` via ${via}` : device !== null ? ` dev ${device}` : "";
  return `${prefix}${way}, protocol ${protocol}, removed from ${table} at ${timeText(time)}`;
}

function timeText(time: string): string {
  return clock(Date.parse(time) / 1000);
}
