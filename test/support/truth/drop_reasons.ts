// Which reasons for a drop the running kernel knows, by its own types: they differ even within a stable series.

import { readFileSync } from "node:fs";

let types: Buffer | undefined;

/** `word`: as the label has it. */
export function knowsReason(word: string): boolean {
  types ??= readFileSync("/sys/kernel/btf/vmlinux");
  return types.includes(`\0SKB_DROP_REASON_${word.toUpperCase()}\0`);
}
