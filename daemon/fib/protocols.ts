// Names of what put a route into a table (RTPROT_* of linux/rtnetlink.h), from the text of iproute2's rt_protos.

import { parseRtNames } from "./rt_names.js";

const BUILT_IN: readonly (readonly [number, string])[] = [
  [0, "unspec"],
  [1, "redirect"],
  [2, "kernel"],
  [3, "boot"],
  [4, "static"],
  [8, "gated"],
  [9, "ra"],
  [10, "mrt"],
  [11, "zebra"],
  [12, "bird"],
  [13, "dnrouted"],
  [14, "xorp"],
  [15, "ntk"],
  [16, "dhcp"],
  [18, "keepalived"],
  [42, "babel"],
  [99, "openr"],
  [186, "bgp"],
  [187, "isis"],
  [188, "ospf"],
  [189, "rip"],
  [192, "eigrp"],
];

const ID_MAX = 255;

export class ProtocolNames {
  readonly #byId: ReadonlyMap<number, string>;

  constructor(byId: ReadonlyMap<number, string>) {
    this.#byId = byId;
  }

  name(id: number): string {
    return this.#byId.get(id) ?? String(id);
  }
}

export function parseProtocols(text: string): ProtocolNames {
  return new ProtocolNames(parseRtNames(text, BUILT_IN, ID_MAX));
}
