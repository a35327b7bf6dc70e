// The kernel's own account per live namespace.

import type { Collector } from "../kind.js";
import { noRoute } from "./no_route.js";
import { ipErrors, packets } from "./packets.js";

export const mib: Collector<"mib"> = {
  word: "mib",
  help: "Read the kernel's own counts of packets, and of those without a route.",
  isOn: true,
  accounts: [noRoute, packets, ipErrors],
};
