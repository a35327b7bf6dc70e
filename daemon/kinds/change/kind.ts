// Changes of routes: how many, everywhere by the kernel's own sequence numbers, and which ones in the daemon's own namespace.

import { parseProtocols } from "../../fib/protocols.js";
import { ROUTE_CHANGES } from "../../native/route_changes.js";
import type { Kind } from "../kind.js";
import { fibChanges } from "./fib_changes.js";
import { routeChanges } from "./route_changes.js";

/** Protocols have numbers below it. */
const PROTOCOLS = 256;

/** Lines have the names that come with iproute2, and numbers for what a file of its names besides. */
const builtIn = parseProtocols("");

export const kind: Kind<"change"> = {
  word: "change",
  noun: "route change",
  help: "Count how often routes change, and which ones in the daemon's own namespace.",
  isOn: true,
  counters: [],
  accounts: [fibChanges, routeChanges],
  lines: {
    result: (_, code) => ROUTE_CHANGES[code] ?? ROUTE_CHANGES[0],
    codes: Array.from({ length: PROTOCOLS }, (_, id) => builtIn.name(id)),
    filters: ["table", "egress", "dst"],
    isShownUnasked: false,
  },
};

export type { RouteChange as Line } from "./line.js";
