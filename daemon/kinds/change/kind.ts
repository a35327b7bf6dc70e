// Changes of routes: how many, by the kernel's own sequence numbers, and which ones.

import { parseProtocols } from "../../fib/protocols.js";
import type { Kind } from "../kind.js";
import { fibChanges } from "./fib_changes.js";
import { changeOf, routeChanges } from "./route_changes.js";

/** Protocols have numbers below it. */
const PROTOCOLS = 256;

/** Lines have the names that come with iproute2, and numbers for what a file of its names besides. */
const builtIn = parseProtocols("");

export const kind: Kind<"change"> = {
  word: "change",
  noun: "route change",
  help: "Count how often routes change, by table and by what put them there.",
  isOn: true,
  counters: [routeChanges],
  accounts: [fibChanges],
  lines: {
    result: (_, code) => changeOf(code),
    codes: Array.from({ length: PROTOCOLS }, (_, id) => builtIn.name(id)),
    filters: ["table", "egress", "dst"],
    isShownUnasked: false,
  },
};

export type { RouteChange as Line } from "./line.js";
