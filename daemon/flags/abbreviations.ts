// Long flags may be abbreviated as long as they can be told apart, as glibc's getopt_long lets them.

import { UsageError } from "../errors.js";
import type { FlagTable } from "./flags.js";

/** The arguments with abbreviated names spelled out; what is no abbreviation stays as it is. Throws UsageError. */
export function spelledOut(table: FlagTable, argv: readonly string[]): string[] {
  const end = argv.indexOf("--");
  return argv.map((word, at) => (word.startsWith("--") && (end < 0 || at < end) ? spellOut(table, word) : word));
}

function spellOut(table: FlagTable, word: string): string {
  const [abbreviation = "", ...value] = word.slice(2).split("=");
  const flags = word.startsWith("--no-") ? negations(table) : names(table);
  if (abbreviation === "" || names(table).has(abbreviation) || flags.has(abbreviation)) return word;
  const candidates = [...flags].filter(([spelling]) => spelling.startsWith(abbreviation));
  const found = [...new Set(candidates.map(([, name]) => name))];
  const [only] = found;
  if (only === undefined) return word;
  if (found.length > 1) {
    const list = found.map((name) => `--${name}`).join(", ");
    throw new UsageError("ambiguous_flag", { flag: `--${abbreviation}`, candidates: list });
  }
  return [`--${only}`, ...value].join("=");
}

/** Every spelling, and the name it stands for. */
function names(table: FlagTable): ReadonlyMap<string, string> {
  const own = Object.keys(table).map((name) => [name, name] as const);
  const aliases = Object.entries(table).flatMap(([name, { alias }]) =>
    alias === undefined ? [] : [[alias, name] as const],
  );
  return new Map([...own, ...aliases]);
}

function negations(table: FlagTable): ReadonlyMap<string, string> {
  const negatable = [...names(table)].filter(([, name]) => table[name]?.kind === "boolean");
  return new Map(negatable.map(([spelling, name]) => [`no-${spelling}`, `no-${name}`]));
}
