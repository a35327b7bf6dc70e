// What `tablesnoop explain` is asked: one flow, as `ip route get` takes it.

import { isIP, SocketAddress } from "node:net";
import type { Family } from "../fib/lookup.js";

export interface Question {
  /** As the kernel writes it. */
  readonly destination: string;
  readonly family: Family;
  /** Of the destination's family, as the kernel writes it. */
  readonly from?: string;
  /** Name under /run/netns; absent: the namespace this process is in. */
  readonly netns?: string;
  /** Devices. With `iif` the packet is received there, without it is made here. */
  readonly iif?: string;
  readonly oif?: string;
  readonly mark?: number;
  /** 0 to 63. */
  readonly dscp?: number;
  readonly uid?: number;
}

const MOST_DEVICE_BYTES = 15;
const MOST_NAME_BYTES = 255;

/** An address as the kernel writes it; undefined if the text is none. A zone is none: --oif says the same. */
export function parseAddress(text: string): { readonly address: string; readonly family: Family } | undefined {
  const version = text.includes("%") ? 0 : isIP(text);
  if (version === 0) return undefined;
  const family = version === 4 ? "ipv4" : "ipv6";
  return { address: new SocketAddress({ address: text, family }).address, family };
}

/** Whether a device can be called so, and iproute2 takes it for nothing else. */
export function isDeviceName(text: string): boolean {
  return isPlainWord(text) && Buffer.byteLength(text) <= MOST_DEVICE_BYTES;
}

/** Whether a namespace can be called so. */
export function isNetnsName(text: string): boolean {
  return isPlainWord(text) && Buffer.byteLength(text) <= MOST_NAME_BYTES;
}

function isPlainWord(text: string): boolean {
  return /^[^\s/\0-][^\s/\0]*$/.test(text) && text !== "." && text !== "..";
}

/** The question in the words of `ip route get`. */
export function routeGetArguments({ destination, from, iif, oif, mark, dscp, uid }: Question): string[] {
  const given: readonly (readonly [string, string | undefined])[] = [
    ["from", from],
    ["iif", iif],
    ["oif", oif],
    ["mark", mark === undefined ? undefined : `0x${mark.toString(16)}`],
    ["tos", dscp === undefined ? undefined : `0x${(dscp << 2).toString(16)}`],
    ["uid", uid === undefined ? undefined : String(uid)],
  ];
  return [destination, ...given.flatMap(([word, value]) => (value === undefined ? [] : [word, value]))];
}
