// The words of a lookup, shared by everything above the kernel. Pure.

import { ABI, FAMILIES as FAMILY_WORDS } from "../native/abi.js";

export type Family = (typeof FAMILY_WORDS)[number];
export const FAMILIES: readonly Family[] = FAMILY_WORDS;

export type Direction = "in" | "out";

/** The answer of a lookup. Everything but `found` is a failed lookup. */
export type Result = "found" | "no_route" | "unreachable" | "prohibit" | "blackhole" | "throw" | "error";

/** Netns cookie of a lookup that could not be attributed. The kernel hands out cookies from 1. */
export const NETNS_UNKNOWN = BigInt(ABI.TS_NETNS_UNKNOWN);

/** Egress "ifindex" of a route with several nexthops where the hook cannot tell which one was taken. */
export const EGRESS_MULTIPATH = ABI.TS_EGRESS_MULTIPATH;
