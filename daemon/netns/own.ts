// The network namespace of this process.

import { statSync } from "node:fs";

export const OWN_NETNS = "/proc/self/ns/net";

export function ownInode(): number {
  return statSync(OWN_NETNS).ino;
}
