// The benchmark's own flags.

import { parseArgs } from "node:util";

export interface Arguments<Name extends string> {
  /** Names of benchmarks, in the order they are to run. */
  readonly only: readonly Name[];
  /** File to write the figures to. */
  readonly json?: string;
  /** Revision to build beside and to measure in turn with what is built here. */
  readonly against?: string;
}

/** `names` are all there are; `comparable` those that can be measured against another revision. */
export function parseArguments<Name extends string>(
  args: readonly string[],
  names: readonly Name[],
  comparable: readonly Name[],
): Arguments<Name> {
  const string = { type: "string" } as const;
  const options = { json: string, only: { ...string, multiple: true }, against: string } as const;
  const { only, json, against } = parseArgs({ args: [...args], options }).values;
  const known = against === undefined ? names : comparable;
  const chosen = (only ?? known).map((text) => {
    const name = known.find((one) => one === text);
    if (name !== undefined) return name;
    const which = against === undefined ? "there are" : "against a revision there are";
    throw new Error(`find benchmark ${text}: ${which} ${known.join(", ")}`);
  });
  return { only: chosen, ...(json !== undefined && { json }), ...(against !== undefined && { against }) };
}
