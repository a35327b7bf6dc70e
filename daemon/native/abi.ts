// Made from bpf/tablesnoop_abi.h by `npm run generate`; do not edit.

/** By number. */
// biome-ignore format: generated
export const KINDS = ["route", "rule"] as const;

/** By number. */
export const FAMILIES = ["ipv4", "ipv6"] as const;

/** Every other number of the contract. */
export const ABI = {
  TS_EGRESS_MULTIPATH: 4294967295,
  TS_SELECTED: 1,
  TS_NETNS_UNKNOWN: 0,
  TS_OVERFLOW_INDICES: 4,
  TS_LISTENERS: 32,
  TS_LOST_COLUMNS: 40,
  TS_LOST_ALL: 32,
  TS_SAMPLE_ALL: 4294967295,
  TS_SAMPLE_LEAST: 65535,
  TS_ROUTE: 0,
  TS_RULE: 1,
  TS_IPV4: 0,
  TS_IPV6: 1,
  TS_MATCH_NETNS: 1,
  TS_MATCH_TABLE: 2,
  TS_MATCH_EGRESS: 4,
  TS_WANT_FOUND: 1,
  TS_WANT_FAILED: 2,
  TS_HAS_PREFIX: 1,
  TS_MULTIPATH: 2,
  TS_HAS_GATEWAY: 4,
} as const;
