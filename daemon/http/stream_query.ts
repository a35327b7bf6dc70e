// The query string of GET /stream.

import { LINE_KINDS } from "../kinds/lines.js";
import type { LineFormat, Verbosity } from "../native/session.js";
import type { Wanted } from "../stream/listeners.js";
import { DEFAULT_QUERY, type LookupQuery, notAccepted } from "../stream/query.js";
import { readParameters } from "./parameters.js";

const FORMATS: Readonly<Record<string, LineFormat>> = { text: "text", json: "json", sse: "sse" };
const FAMILY_WORDS = { ipv4: ["ipv4"], "4": ["ipv4"], ipv6: ["ipv6"], "6": ["ipv6"] } as const;
const KIND_WORDS = Object.fromEntries(LINE_KINDS.map((word) => [word, word]));
const FAILED_WORDS = { include: "include", exclude: "exclude", only: "only" } as const;
const VERBOSE_WORDS: Readonly<Record<string, Verbosity>> = { "": 1, "1": 1, true: 1, "2": 2, "0": 0, false: 0 };

const TEXTS = ["netns", "table", "egress", "src", "dst"] as const;
const PARAMETERS: readonly string[] = ["family", "kind", ...TEXTS, "failed", "verbose", "format"];

/** `format` is absent if the query string leaves it open. Throws BadQuery. */
export function parseStreamQuery(url: string): Omit<Wanted, "format"> & { readonly format?: LineFormat } {
  const given = readParameters(url, PARAMETERS);
  const format = word("format", given, FORMATS);
  return {
    query: lookupQuery(given),
    verbose: word("verbose", given, VERBOSE_WORDS) ?? 0,
    ...(format !== undefined && { format }),
  };
}

function lookupQuery(given: ReadonlyMap<string, string>): LookupQuery {
  const texts = TEXTS.flatMap((name) => {
    const value = given.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  return {
    kinds: words("kind", given, KIND_WORDS) ?? DEFAULT_QUERY.kinds,
    families: word("family", given, FAMILY_WORDS) ?? DEFAULT_QUERY.families,
    failed: word("failed", given, FAILED_WORDS) ?? DEFAULT_QUERY.failed,
    ...(Object.fromEntries(texts) as Partial<Record<(typeof TEXTS)[number], string>>),
  };
}

/** One or several, with commas between them. */
function words<T>(
  name: string,
  given: ReadonlyMap<string, string>,
  words: Readonly<Record<string, T>>,
): T[] | undefined {
  return given
    .get(name)
    ?.split(",")
    .map((value) => meaning(name, value, words));
}

function word<T>(name: string, given: ReadonlyMap<string, string>, words: Readonly<Record<string, T>>): T | undefined {
  const value = given.get(name);
  return value === undefined ? undefined : meaning(name, value, words);
}

function meaning<T>(name: string, value: string, words: Readonly<Record<string, T>>): T {
  const known = Object.hasOwn(words, value) ? words[value] : undefined;
  if (known === undefined) {
    const accepted = Object.keys(words).filter((text) => text !== "");
    throw notAccepted(name, value, `one of ${accepted.join(", ")}`);
  }
  return known;
}
