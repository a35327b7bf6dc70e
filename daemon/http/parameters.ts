// Query strings: each parameter at most once, and none that is not known.

import { quoted } from "../quoted.js";
import { BadQuery } from "../stream/query.js";

/** Throws BadQuery. */
export function readParameters(url: string, known: readonly string[]): Map<string, string> {
  const mark = url.indexOf("?");
  const given = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(mark < 0 ? "" : url.slice(mark + 1))) {
    if (!known.includes(name)) {
      throw new BadQuery(shown(name), `there is no such parameter; there are ${known.join(", ")}`);
    }
    if (given.has(name)) throw new BadQuery(name, "given more than once");
    given.set(name, value);
  }
  return given;
}

/** Of a name that may be anything, what fits into one line. */
function shown(name: string): string {
  return quoted(name.length > 40 ? `${name.slice(0, 40)}…` : name);
}
