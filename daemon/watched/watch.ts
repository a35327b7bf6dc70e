// A prefix that is to be watched, as --watch-route has it. Pure.

import { FAMILIES, type Family } from "../fib/lookup.js";
import { parsePrefix } from "../stream/prefix.js";

/** More would be a series for every route, which is none of our business. */
export const MOST_WATCHES = 256;

export interface Watch {
  readonly family: Family;
  /** In one spelling for each: as the kernel writes it. */
  readonly prefix: string;
  readonly length: number;
  /** What the kernel is asked for: 16 bytes, IPv4 in the first four. */
  readonly address: Uint8Array;
  /** Name or number; absent: whichever the rules lead to. */
  readonly table?: string;
}

/** PREFIX[@TABLE]. undefined if the text is something else, or the prefix has bits beyond its length. */
export function parseWatch(text: string): Watch | undefined {
  const [, address = "", digits = "", table] = /^([^/@]+)\/(\d{1,3})(?:@([^\s@/]+))?$/.exec(text) ?? [];
  const prefix = parsePrefix(`${address}/${digits}`);
  const exact = parsePrefix(address);
  if (prefix === undefined || exact === undefined) return undefined;
  const length = Number(digits);
  const bytes = prefix.bytes.slice(0, 16);
  if (!bytes.every((byte, at) => byte === exact.bytes[at])) return undefined;
  const asked = askable(prefix.family, bytes, length);
  if (asked === undefined) return undefined;
  const spelled = `${spelling(prefix.family, bytes)}/${length}`;
  return Object.freeze({
    ...{ family: prefix.family, prefix: spelled, length, address: asked },
    ...(table !== undefined && { table }),
  });
}

/** Number of FAMILIES. */
export function familyNumber({ family }: Watch): number {
  return FAMILIES.indexOf(family);
}

/** IPv4 takes 0.0.0.0 for no destination at all, and answers for this machine. */
function askable(family: Family, bytes: Uint8Array, length: number): Uint8Array | undefined {
  if (family !== "ipv4" || bytes.some((byte) => byte !== 0)) return bytes;
  if (length === 32) return undefined;
  const next = Uint8Array.from(bytes);
  next[3] = 1;
  return next;
}

function spelling(family: Family, bytes: Uint8Array): string {
  if (family === "ipv4") return bytes.slice(0, 4).join(".");
  const words = Array.from({ length: 8 }, (_, at) => ((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0));
  // A host in a URL is written as RFC 5952 wants it.
  return new URL(`http://[${words.map((word) => word.toString(16)).join(":")}]`).hostname.slice(1, -1);
}
