// Why a packet was dropped, in the kernel's words (enum skb_drop_reason) in lower case without their prefix.

import { ABI } from "../../native/abi.js";

const PREFIX = "TS_REASON_";

/** By number of ours; empty: none. */
export const REASONS: readonly string[] = wordsByNumber();

/** The number if it has no word. */
export function reasonName(code: number): string {
  return REASONS[code] ?? String(code);
}

function wordsByNumber(): string[] {
  const words = [""];
  for (const [name, number] of Object.entries(ABI)) {
    if (name.startsWith(PREFIX)) words[number] = name.slice(PREFIX.length).toLowerCase();
  }
  return words;
}
