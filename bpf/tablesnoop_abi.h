/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * The contract between the kernel's side (bpf/) and user space (native/): keys, rows and the numbers in them.
 * Fixed widths, no pointers, no kernel or Node header. Both sides compile this file; a size that moves breaks the build.
 * What is of one kind alone is in that kind's folder: kinds/WORD/event.h.
 */
#ifndef TABLESNOOP_ABI_H
#define TABLESNOOP_ABI_H

#if !defined(__bpf__) && !defined(__BPF__)
#include <linux/types.h>
#endif

/* What was looked up: TS_KIND_route and so on. */
enum ts_kind {
#define TS_KIND(word, number) TS_KIND_##word = number,
#include "kinds.def"
#undef TS_KIND
};

enum ts_kind_count {
	TS_KINDS = 0
#define TS_KIND(word, number) +1
#include "kinds.def"
#undef TS_KIND
};

/* Numbers of our own: AF_INET6 is 10 and would waste half of every table indexed by family. */
enum ts_family {
	TS_IPV4 = 0,
	TS_IPV6 = 1,
	TS_NO_FAMILY = 2, /* of a kind that knows no IP addresses */
};
#define TS_FAMILIES 3

/* ts_key.netns: the lookup could not be attributed to a namespace. The kernel hands out cookies from 1. */
#define TS_NETNS_UNKNOWN 0ULL

/* ts_key.error of a kind that can only fail: no filter leaves it out for its result. No errno comes near. */
#define TS_ANY_RESULT 255

/*
 * What a lookup is counted by. Kept raw (errno and route type, not a verdict): user space has the one table that turns
 * (kind, family, error, code) into a result.
 */
struct ts_key {
	__u64 netns;	/* cookie, or TS_NETNS_UNKNOWN */
	__u32 words[2]; /* two numbers the kind gives names to */
	__u8 kind;	/* enum ts_kind */
	__u8 family;	/* enum ts_family */
	__u8 error;	/* positive errno, 0 if found, or TS_ANY_RESULT */
	__u8 code;	/* one more, the kind's */
	/*
	 * Not part of the identity. key_index: 0. A cache slot: the generation it was filled in. index_key: 1 once the
	 * index is counted under, 0 while it is free.
	 */
	__u32 generation;
};

/*
 * Counter indices below this are not given to keys: they count lookups whose key found no room, by kind and family, so
 * that totals stay true (index = kind * TS_FAMILIES + family).
 */
#define TS_OVERFLOW_INDICES (TS_KINDS * TS_FAMILIES)

/* What the kernel counts of a namespace's packets: columns of ts_netns_row.mib. */
enum ts_mib {
	TS_MIB_IN_NO_ROUTES = 0,
	TS_MIB_OUT_NO_ROUTES = 1,
	TS_MIB_FORWARDED = 2,
	TS_MIB_SENT = 3,
	TS_MIB_DELIVERED = 4,
	TS_MIB_ADDRESS = 5,
	TS_MIB_HEADER = 6,
	TS_MIB_IN_DISCARDS = 7,
	TS_MIB_OUT_DISCARDS = 8,
	TS_MIB_TOO_BIG = 9,
	TS_MIB_FRAGMENTATION = 10,
	TS_MIB_RP_FILTER = 11, /* the last: it is in another MIB than the others */
};
#define TS_MIBS 12

/* Instead of a number: the kernel does not have it. */
static const __u64 ts_absent = ~0ULL;

/* One network namespace, as the inventory walk saw it. MIB counters are sums over all possible CPUs. */
struct ts_netns_row {
	__u64 cookie;
	__u32 inode;
	__u32 is_first;	       /* 1: the namespace the kernel booted with */
	__u64 mib[2][TS_MIBS]; /* [enum ts_family][enum ts_mib], or ts_absent */
	__u64 fib_changes[2];  /* by enum ts_family: changes of routes, or ts_absent */
	/* The walk's own, for the next one: by enum ts_family, when it looked for tables, and how many it found. */
	__u32 tables_stamp[2];
	__u32 other_tables[2];
};

/* One network device of one namespace. */
struct ts_device_row {
	__u64 netns; /* cookie */
	__u32 ifindex;
	__u32 vrf_table; /* table id if the device is a VRF whose table is known, else 0 */
	char name[16];	 /* NUL-terminated, as IFNAMSIZ */
};

/* A tunnel device that is up, or has lost packets. */
struct ts_tunnel_row {
	__u64 netns;	/* cookie */
	__u64 no_route; /* packets without a route for the outer packet */
	__u64 loop;	/* whose outer route leads back into the tunnel */
	__u64 dropped;	/* VXLAN: that it dropped itself, for want of an entry in its forwarding table; else 0 */
	__u32 ifindex;
	__u32 reserved;
	char name[16]; /* NUL-terminated, as the next */
	char kind[16];
};

/* A device that takes labelled packets. */
struct ts_mpls_row {
	__u64 netns;	/* cookie */
	__u64 no_route; /* packets whose label has no route */
	__u32 ifindex;
	__u32 reserved;
	char name[16]; /* NUL-terminated */
};

/* A routing table that has a default route. */
struct ts_default_route_row {
	__u64 netns; /* cookie */
	__u32 table;
	__u32 family; /* enum ts_family */
	__u32 routes; /* one for all nexthops of a route; IPv6: without those that answer with an error */
	__u32 reserved;
};

/* A table of neighbours, of all namespaces together. */
struct ts_neighbour_table {
	__u64 full; /* entries it had no room for */
	__u32 entries;
	__u32 entries_max;
	__u32 is_known; /* 0: the kernel has no such table, or it was not found */
	__u32 reserved;
};

/* Map ".data.neighbours". */
struct ts_neighbour_tables {
	struct ts_neighbour_table of[2]; /* by enum ts_family */
};

/* How a walk ended. rows beyond a map's size are counted but not written: never a silent truncation. */
struct ts_inventory_end {
	__u32 netns_seen;
	__u32 devices_seen;
	__u32 tunnels_seen;
	__u32 mpls_seen;
	__u32 default_routes_seen;
	__u32 complete; /* 1: the walk came back to where it began */
};

/* Listeners at the same time, each with a filter of its own: one bit each in ts_event.listeners. */
#define TS_LISTENERS 32

/* ts_filter.conditions: which of its members must match. What a kind does not have matches no condition on it. */
enum ts_condition {
	TS_MATCH_NETNS = 1,
	TS_MATCH_DEVICE = 2,
	TS_MATCH_TABLE = 4,
	TS_MATCH_SRC = 8,
	TS_MATCH_DST = 16,
	TS_MATCH_ADDRESSES = TS_MATCH_SRC + TS_MATCH_DST,
};

/* ts_filter.results */
enum ts_result_class {
	TS_WANT_FOUND = 1,
	TS_WANT_FAILED = 2,
};

/* Addresses under a mask, in network order; IPv4 in the first word. All zero matches every address. */
struct ts_prefix {
	__u32 address[4];
	__u32 mask[4];
};

/* What one listener wants to hear of. Zero kinds match nothing: that is an empty slot. */
struct ts_filter {
	__u64 netns;
	__u32 kinds;	 /* 1 << enum ts_kind */
	__u8 families;	 /* 1 << enum ts_family */
	__u8 results;	 /* enum ts_result_class */
	__u8 conditions; /* enum ts_condition */
	__u8 reserved;
	char device[16]; /* as ts_event.device */
	/* Only kinds that are about IP addresses have these. */
	__u32 table;
	__u32 reserved2;
	struct ts_prefix src;
	struct ts_prefix dst;
};

/* Map ".data.filters". */
struct ts_filters {
	struct ts_filter slot[TS_LISTENERS];
};

/*
 * The head of every event; what its kind adds comes behind (struct ts_WORD_event). Names are taken when it happens, so a
 * device renamed or deleted a moment later does not matter. Empty names and zero numbers: unknown or none.
 */
struct ts_event {
	__u64 time;	 /* ns, CLOCK_MONOTONIC */
	__u64 netns;	 /* cookie, or TS_NETNS_UNKNOWN */
	__u32 inode;	 /* of the namespace */
	__u32 listeners; /* bit for each slot whose filter matched */
	__u8 kind;	 /* this and the next three as in ts_key */
	__u8 family;
	__u8 error;
	__u8 code;
	__u32 decision;	 /* the same for lookups that the kernel made for one decision, 0 if that cannot be told */
	char device[16]; /* the one device it is about, by which listeners may choose: of a route the egress */
};

/* What a lookup by IP addresses asks for. */
struct ts_flow {
	__u32 mark;
	__u32 flowlabel;
	__u8 dscp;
	__u8 protocol;
	__u8 reserved[6];
	__u32 src[4]; /* network order, IPv4 in the first word */
	__u32 dst[4];
	char iif[16];
	char oif[16];
};

/* Events that found no room in the ring: for each listener that wanted them, and once each in the last column. */
#define TS_LOST_COLUMNS (TS_LISTENERS + 8)
#define TS_LOST_ALL TS_LISTENERS

/* What failed for one destination: key of map "failed_destinations", whose value is how often, as __u64. */
struct ts_failed_destination {
	__u64 netns;	      /* cookie, or TS_NETNS_UNKNOWN */
	__u32 destination[4]; /* network order, IPv4 in the first word */
	__u32 table;	      /* 0 of a kind that has none */
	__u8 kind;	      /* enum ts_kind */
	__u8 family;	      /* enum ts_family */
	__u8 error;	      /* as in ts_key */
	__u8 code;	      /* as in ts_key */
};

/*
 * ts_shared.sample_limit: failures whose 32-bit hash is at most this count for their destination, each for as many as
 * it stands for: TS_SAMPLE_ALL >> n takes one of 1 << n. Probes halve it when those are too many, down to
 * TS_SAMPLE_LEAST; user space sets it. At load it is 0, one of 2^32: as good as none.
 */
#define TS_SAMPLE_ALL 0xffffffffU
#define TS_SAMPLE_LEAST 0xffffU

/* Map ".data.sampling". */
struct ts_sampling {
	__u64 lookups; /* that failed since load, and packets dropped; estimated from those that were sampled */
	__u64 since;   /* ns, CLOCK_MONOTONIC: begin of the second that `sampled` is about */
	__u32 sampled; /* in that second, at most what is between two halvings */
	__u32 reserved;
};

/* Read-only knobs: map ".rodata.settings", set before load (native/probe/object.cc). */
struct ts_settings {
	__u32 possible_cpus;
	__u32 counters_per_cpu;
	__u32 has_rdonly_cast; /* 1: the kernel has bpf_rdonly_cast() */
	__u32 wake_bytes;      /* events waiting in the ring that wake the reader; fewer wait for its next look */
	__u32 kinds;	       /* 1 << enum ts_kind: what was asked for */
	/*
	 * By enum ts_mib, the enumerator of the running kernel, 0 if it has none. The enums are anonymous in BTF, so CO-RE
	 * cannot look them up, and they moved between 6.12 and 6.18.
	 */
	__u32 mib[TS_MIBS];
};

/* The one page both sides write: map ".data.shared". */
struct ts_shared {
	/* Raised by user space when keys were retired or indices became free: every cache slot filled before is stale. */
	__u32 generation;
	__u32 learn_tables;	 /* 1: the next inventory walk also fills table_netns */
	__u32 listeners;	 /* bit for each slot of `filters` that is in use */
	__u32 slots;		 /* one more than the highest of them */
	__u32 device_conditions; /* 1: some of them has TS_MATCH_DEVICE */
	__u32 sees_choice6;	 /* 1: a hook on the choice among IPv6 nexthops is attached */
	__u32 sample_limit;
	__u32 several_netns; /* 1: more than one namespace has been met since load; never falls */
	__u64 only_netns;    /* cookie of the one namespace, while several_netns is 0 */
	__u64 netns_ops;     /* address that marks a real struct net (ns.ops); set by the first inventory walk */
	struct ts_inventory_end inventory;
	__u32 sees_rules; /* 1: the hook on walks of the rules is attached */
	__u32 reserved;
};

#if defined(__cplusplus)
#define TS_ASSERT_SIZE(type, size) static_assert(sizeof(struct type) == (size), #type)
#else
#define TS_ASSERT_SIZE(type, size) _Static_assert(sizeof(struct type) == (size), #type)
#endif
TS_ASSERT_SIZE(ts_key, 24);
TS_ASSERT_SIZE(ts_netns_row, 240);
TS_ASSERT_SIZE(ts_device_row, 32);
TS_ASSERT_SIZE(ts_tunnel_row, 72);
TS_ASSERT_SIZE(ts_mpls_row, 40);
TS_ASSERT_SIZE(ts_default_route_row, 24);
TS_ASSERT_SIZE(ts_neighbour_table, 24);
TS_ASSERT_SIZE(ts_neighbour_tables, 48);
TS_ASSERT_SIZE(ts_inventory_end, 24);
TS_ASSERT_SIZE(ts_settings, 68);
TS_ASSERT_SIZE(ts_filter, 104);
TS_ASSERT_SIZE(ts_filters, 104 * TS_LISTENERS);
TS_ASSERT_SIZE(ts_event, 48);
TS_ASSERT_SIZE(ts_flow, 80);
TS_ASSERT_SIZE(ts_failed_destination, 32);
TS_ASSERT_SIZE(ts_sampling, 24);
TS_ASSERT_SIZE(ts_shared, 80);

#endif
