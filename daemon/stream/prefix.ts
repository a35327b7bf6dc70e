// IP addresses and prefixes in text, as the bytes a filter holds. Pure.

import { isIP } from "node:net";
import type { Family } from "../fib/lookup.js";

export interface Prefix {
  readonly family: Family;
  /** 16 bytes of address and 16 of mask, IPv4 in the first four of each; bits beyond the length are 0. */
  readonly bytes: Uint8Array;
}

const ADDRESS_BYTES = 16;

/** An address, with or without a length; host bits are masked away. undefined if the text is neither. */
export function parsePrefix(text: string): Prefix | undefined {
  const [, address = "", digits] = /^([0-9a-fA-F:.]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address);
  if (version === 0) return undefined;
  const parts = addressBytes(address);
  const length = digits === undefined ? parts.length * 8 : Number(digits);
  if (length > parts.length * 8) return undefined;

  const bytes = new Uint8Array(2 * ADDRESS_BYTES);
  for (const [at, byte] of parts.entries()) {
    const mask = 0xff & ~(0xff >> Math.min(8, Math.max(0, length - at * 8)));
    bytes[at] = byte & mask;
    bytes[ADDRESS_BYTES + at] = mask;
  }
  return { family: version === 4 ? "ipv4" : "ipv6", bytes };
}

/** Of either family: the last 32 bits of an IPv6 address may be written as an IPv4 address is. */
function addressBytes(address: string): number[] {
  const [head = "", tail] = address.split("::");
  const first = wordBytes(head);
  if (tail === undefined) return first;
  const last = wordBytes(tail);
  return [...first, ...new Array<number>(ADDRESS_BYTES - first.length - last.length).fill(0), ...last];
}

/** Of an empty half of `::` those of one word of 0, for which it stands too. */
function wordBytes(text: string): number[] {
  return text.split(":").flatMap((word) => {
    if (word.includes(".")) return word.split(".").map(Number);
    const value = Number.parseInt(word || "0", 16);
    return [value >> 8, value & 0xff];
  });
}
