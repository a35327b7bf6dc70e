// Routes of one family, made and taken away by `ip`.

import type { Family } from "../../../daemon/fib/lookup.js";
import type { Netns } from "./netns.js";

const FLAG: Readonly<Record<Family, string>> = { ipv4: "-4", ipv6: "-6" };

/** Runs commands in the namespace, each one line without the leading `ip`. */
export async function ipOf(netns: Netns, family: Family, ...lines: readonly string[]): Promise<void> {
  await netns.exec("ip", [FLAG[family], "-batch", "-"], { input: `${lines.join("\n")}\n` });
}

/** So many, at most some thousand. */
export function prefixes(family: Family, count: number): string[] {
  return Array.from({ length: count }, (_, at) =>
    family === "ipv4" ? `10.${100 + (at >> 8)}.${at & 255}.0/24` : `fd97:${(at + 1).toString(16)}::/32`,
  );
}
