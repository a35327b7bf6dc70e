// Names of route types (RTN_* of linux/rtnetlink.h), as iproute2 words them.

/** By number; empty: unspecified. */
export const ROUTE_TYPES: readonly string[] = [
  "",
  "unicast",
  "local",
  "broadcast",
  "anycast",
  "multicast",
  "blackhole",
  "unreachable",
  "prohibit",
  "throw",
  "nat",
  "xresolve",
];
