// Made from bpf/tablesnoop_abi.h and bpf/kinds/ by `npm run generate`; do not edit.

/** By number. */
export const FAMILIES = ["ipv4", "ipv6"] as const;

/** Every number of the contract. */
export const ABI = {
  TS_KIND_route: 0,
  TS_KIND_rule: 1,
  TS_KINDS: 2,
  TS_IPV4: 0,
  TS_IPV6: 1,
  TS_NO_FAMILY: 2,
  TS_FAMILIES: 3,
  TS_NETNS_UNKNOWN: 0,
  TS_OVERFLOW_INDICES: 6,
  TS_LISTENERS: 32,
  TS_MATCH_NETNS: 1,
  TS_MATCH_DEVICE: 2,
  TS_MATCH_TABLE: 4,
  TS_MATCH_ADDRESSES: 8,
  TS_WANT_FOUND: 1,
  TS_WANT_FAILED: 2,
  TS_LOST_COLUMNS: 40,
  TS_LOST_ALL: 32,
  TS_SAMPLE_ALL: 4294967295,
  TS_SAMPLE_LEAST: 65535,
  TS_ROUTE_TABLE: 0,
  TS_ROUTE_EGRESS: 1,
  TS_EGRESS_MULTIPATH: 4294967295,
  TS_ROUTE_SELECTED: 1,
  TS_HAS_PREFIX: 1,
  TS_MULTIPATH: 2,
  TS_HAS_GATEWAY: 4,
  TS_RULE_TABLE: 0,
  TS_RULE_PRIORITY: 1,
} as const;
