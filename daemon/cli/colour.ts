// Whether lines bear colours.

import type { Options } from "./options.js";

/** By themselves only where found and failed are to be told apart: on a terminal, and with failed lookups among the lines. */
export function wantsColour(
  { color, query }: Pick<Options, "color" | "query">,
  isTerminal: boolean,
  { NO_COLOR = "", TERM = "" }: NodeJS.ProcessEnv,
): boolean {
  if (color !== "auto") return color === "always";
  return isTerminal && query.failed !== "exclude" && NO_COLOR === "" && TERM !== "dumb";
}
