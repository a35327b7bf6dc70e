// The kernel's own account of a segment identifier (SRv6).

import type { Netns } from "../networks/netns.js";

export interface IdentifierCounts {
  readonly packets: number;
  /** Packets that were dropped. */
  readonly errors: number;
}

/** Of one whose route was made with `count`. */
export async function readIdentifier(netns: Pick<Netns, "exec">, identifier: string): Promise<IdentifierCounts> {
  const { stdout } = await netns.exec("ip", ["-6", "-s", "route", "show", identifier]);
  const counted = (word: string) => Number(new RegExp(`${word} (\\d+)`).exec(stdout)?.[1] ?? Number.NaN);
  return { packets: counted("packets"), errors: counted("errors") };
}
