/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * The contract between the kernel's side (bpf/) and user space (native/): keys, rows and the numbers in them.
 * Fixed widths, no pointers, no kernel or Node header. Both sides compile this file; a size that moves breaks the build.
 */
#ifndef TABLESNOOP_ABI_H
#define TABLESNOOP_ABI_H

#if !defined(__bpf__) && !defined(__BPF__)
#include <linux/types.h>
#endif

/* What was looked up. */
enum ts_kind {
	TS_ROUTE = 0,
	TS_RULE = 1,
};

/* Numbers of our own: AF_INET6 is 10 and would waste half of every table indexed by family. */
enum ts_family {
	TS_IPV4 = 0,
	TS_IPV6 = 1,
};

/* ts_key.egress: the route has several nexthops and the hook cannot tell which one will be taken. */
#define TS_EGRESS_MULTIPATH 0xffffffffU

/*
 * ts_key.type of a found route: counts the choice among several nexthops, made after a lookup that was already counted
 * under TS_EGRESS_MULTIPATH. Lookups of the group that ended there = multipath - selected.
 */
#define TS_SELECTED 1

/* ts_key.netns: the lookup could not be attributed to a namespace. The kernel hands out cookies from 1. */
#define TS_NETNS_UNKNOWN 0ULL

/*
 * What a lookup is counted by. Kept raw (errno and route type, not a verdict): daemon/fib/result.ts is the one place
 * that turns (family, kind, error, type) into a result.
 */
struct ts_key {
	__u64 netns; /* cookie, or TS_NETNS_UNKNOWN */
	__u32 table; /* table id; for a rule the table it led to */
	union {
		__u32 egress;	/* route: ifindex, 0 if it failed, or TS_EGRESS_MULTIPATH */
		__u32 priority; /* rule: FRA_PRIORITY of the rule that decided */
	};
	__u8 kind;   /* enum ts_kind */
	__u8 family; /* enum ts_family */
	__u8 error;  /* positive errno, 0 if found; a table without a match is EAGAIN */
	union {
		__u8 type;   /* route: RTN_* of a failed lookup, 0 if unknown; of a found one 0 or TS_SELECTED */
		__u8 action; /* rule: FR_ACT_* of the rule that decided, 0 if none did */
	};
	/*
	 * Not part of the identity. key_index: 0. A cache slot: the generation it was filled in. index_key: 1 once the
	 * index is counted under, 0 while it is free.
	 */
	__u32 generation;
};

/*
 * Counter indices below this are not given to keys: they count lookups whose key found no room, by kind and family, so
 * that totals stay true (index = kind * 2 + family).
 */
#define TS_OVERFLOW_INDICES 4

/* One network namespace, as the inventory walk saw it. MIB counters are sums over all possible CPUs. */
struct ts_netns_row {
	__u64 cookie;
	__u32 inode;
	__u32 is_first; /* 1: the namespace the kernel booted with */
	__u64 no_route[2][2]; /* [enum ts_family][0 = in, 1 = out]: packets and sends given up for want of a route */
};

/* One network device of one namespace. */
struct ts_device_row {
	__u64 netns; /* cookie */
	__u32 ifindex;
	__u32 vrf_table; /* table id if the device is a VRF whose table is known, else 0 */
	char name[16];	 /* NUL-terminated, as IFNAMSIZ */
};

/* How a walk ended. rows beyond a map's size are counted but not written: never a silent truncation. */
struct ts_inventory_end {
	__u32 netns_seen;
	__u32 devices_seen;
	__u32 complete; /* 1: the walk came back to where it began */
	__u32 reserved;
};

/* Listeners at the same time, each with a filter of its own: one bit each in ts_event.listeners. */
#define TS_LISTENERS 32

/* ts_filter.conditions: which of its members must match. */
enum ts_condition {
	TS_MATCH_NETNS = 1,
	TS_MATCH_TABLE = 2,
	TS_MATCH_EGRESS = 4,
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
	__u32 table;
	__u8 conditions; /* enum ts_condition */
	__u8 kinds;	 /* 1 << enum ts_kind */
	__u8 families;	 /* 1 << enum ts_family */
	__u8 results;	 /* enum ts_result_class */
	char egress[16];
	struct ts_prefix src;
	struct ts_prefix dst;
};

/* Map ".data.filters". */
struct ts_filters {
	struct ts_filter slot[TS_LISTENERS];
};

/* ts_event.flags */
enum ts_event_flag {
	TS_HAS_PREFIX = 1,  /* prefix and prefix_length hold the route's destination */
	TS_MULTIPATH = 2,   /* of several nexthops, not known which: no egress, no gateway */
	TS_HAS_GATEWAY = 4, /* gateway holds an address of gateway_family */
};

/*
 * One lookup. Names are taken when it happens, so a device renamed or deleted a moment later does not matter. Empty names
 * and zero numbers: unknown or none.
 */
struct ts_event {
	__u64 time;	 /* ns, CLOCK_MONOTONIC */
	__u64 netns;	 /* cookie, or TS_NETNS_UNKNOWN */
	__u32 inode;	 /* of the namespace */
	__u32 listeners; /* bit for each slot whose filter matched */
	__u32 table;
	__u32 priority; /* rule */
	__u32 mark;
	__u32 flowlabel;
	__u8 kind;
	__u8 family;
	__u8 error; /* as in ts_key */
	__u8 type;  /* route: RTN_* of the answer, 0 if unknown; rule: its action */
	__u8 dscp;
	__u8 protocol;
	__u8 flags;
	__u8 prefix_length;
	__u32 src[4]; /* network order, IPv4 in the first word */
	__u32 dst[4];
	__u32 prefix[4];
	__u32 gateway[4];
	__u8 gateway_family; /* enum ts_family: an IPv4 route may have an IPv6 gateway */
	__u8 reserved[7];
	char iif[16];
	char oif[16];
	char egress[16];
};

/* A rule lookup with the selectors of the rule that decided. */
struct ts_rule_event {
	struct ts_event event;
	__u32 from[4];
	__u32 to[4];
	__u32 mark;
	__u32 mark_mask;
	__u32 uid_first;
	__u32 uid_last; /* no range: first 0, last 0xffffffff */
	__u8 from_length;
	__u8 to_length;
	__u8 tos;
	__u8 l3mdev;
	__u32 reserved;
	char iif[16];
	char oif[16];
};

/* Events that found no room in the ring: for each listener that wanted them, and once each in the last column. */
#define TS_LOST_COLUMNS (TS_LISTENERS + 8)
#define TS_LOST_ALL TS_LISTENERS

/* Failed route lookups of one destination: key of map "failed_destinations", whose value is how many, as __u64. */
struct ts_failed_destination {
	__u64 netns; /* cookie, or TS_NETNS_UNKNOWN */
	__u32 destination[4]; /* network order, IPv4 in the first word */
	__u32 table;
	__u8 family; /* enum ts_family */
	__u8 error;  /* as in ts_key */
	__u8 type;   /* as in ts_key */
	__u8 reserved;
};

/*
 * ts_shared.sample_limit: failed lookups whose 32-bit hash is at most this count for their destination, each for as many as
 * it stands for: TS_SAMPLE_ALL >> n takes one of 1 << n. Probes halve it when those are too many, down to
 * TS_SAMPLE_LEAST; user space sets it. At load it is 0, one of 2^32: as good as none.
 */
#define TS_SAMPLE_ALL 0xffffffffU
#define TS_SAMPLE_LEAST 0xffffU

/* Map ".data.sampling". */
struct ts_sampling {
	__u64 lookups;	/* failed lookups since load, estimated from those that were sampled */
	__u64 since;	/* ns, CLOCK_MONOTONIC: begin of the second that `sampled` is about */
	__u32 sampled;	/* in that second, at most what is between two halvings */
	__u32 reserved;
};

/* Read-only knobs: map ".rodata.settings", set before load (native/probe/object.cc). */
struct ts_settings {
	__u32 possible_cpus;
	__u32 counters_per_cpu;
	/*
	 * Enumerators IPSTATS_MIB_INNOROUTES and _OUTNOROUTES of the running kernel, 0 if it has none. The enum is anonymous
	 * in BTF, so CO-RE cannot look them up, and they moved between 6.12 and 6.18.
	 */
	__u32 mib_in_no_routes;
	__u32 mib_out_no_routes;
	__u32 has_rdonly_cast; /* 1: the kernel has bpf_rdonly_cast() */
	__u32 wake_bytes;      /* events waiting in the ring that wake the reader; fewer wait for its next look */
};

/* The one page both sides write: map ".data.shared". */
struct ts_shared {
	/* Raised by user space when keys were retired or indices became free: every cache slot filled before is stale. */
	__u32 generation;
	__u32 learn_tables; /* 1: the next inventory walk also fills table_netns */
	__u32 listeners;	 /* bit for each slot of `filters` that is in use */
	__u32 slots;		 /* one more than the highest of them */
	__u32 egress_conditions; /* 1: some of them has TS_MATCH_EGRESS */
	__u32 sees_choice6;	 /* 1: a hook on the choice among IPv6 nexthops is attached */
	__u32 sample_limit;
	__u32 reserved;
	__u64 netns_ops; /* address that marks a real struct net (ns.ops); set by the first inventory walk */
	struct ts_inventory_end inventory;
};

#if defined(__cplusplus)
#define TS_ASSERT_SIZE(type, size) static_assert(sizeof(struct type) == (size), #type)
#else
#define TS_ASSERT_SIZE(type, size) _Static_assert(sizeof(struct type) == (size), #type)
#endif
TS_ASSERT_SIZE(ts_key, 24);
TS_ASSERT_SIZE(ts_netns_row, 48);
TS_ASSERT_SIZE(ts_device_row, 32);
TS_ASSERT_SIZE(ts_inventory_end, 16);
TS_ASSERT_SIZE(ts_settings, 24);
TS_ASSERT_SIZE(ts_filter, 96);
TS_ASSERT_SIZE(ts_filters, 96 * TS_LISTENERS);
TS_ASSERT_SIZE(ts_event, 168);
TS_ASSERT_SIZE(ts_rule_event, 256);
TS_ASSERT_SIZE(ts_failed_destination, 32);
TS_ASSERT_SIZE(ts_sampling, 24);
TS_ASSERT_SIZE(ts_shared, 56);

#endif
