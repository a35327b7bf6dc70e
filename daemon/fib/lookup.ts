// The words of a lookup, shared by everything above the kernel. Pure types; numbers match bpf/tablesnoop_abi.h.

export type Kind = "route" | "rule";
export const KINDS: readonly Kind[] = ["route", "rule"];

export type Family = "ipv4" | "ipv6";
export const FAMILIES: readonly Family[] = ["ipv4", "ipv6"];

export type Direction = "in" | "out";

/** The answer of a lookup. Everything but `found` is a failed lookup. */
export type Result = "found" | "no_route" | "unreachable" | "prohibit" | "blackhole" | "throw" | "error";
export const RESULTS: readonly Result[] = [
  "found",
  "no_route",
  "unreachable",
  "prohibit",
  "blackhole",
  "throw",
  "error",
];

/** Netns cookie of a lookup that could not be attributed. The kernel hands out cookies from 1. */
export const NETNS_UNKNOWN = 0n;

/** Egress "ifindex" of a route with several nexthops where the hook cannot tell which one was taken. */
export const EGRESS_MULTIPATH = 0xffffffff;

/** Type of a found route that counts the choice among several nexthops, after a lookup counted under EGRESS_MULTIPATH. */
export const SELECTED = 1;
