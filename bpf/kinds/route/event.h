/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* A lookup in one routing table. */
#ifndef TABLESNOOP_KINDS_ROUTE_EVENT_H
#define TABLESNOOP_KINDS_ROUTE_EVENT_H

#include "../../tablesnoop_abi.h"
#include "../encap/event.h"

/* ts_key.words. ts_key.code: RTN_* of a failed lookup, 0 if unknown; of a found one 0 or TS_ROUTE_SELECTED. */
enum ts_route_word {
	TS_ROUTE_TABLE = 0,
	TS_ROUTE_EGRESS = 1, /* ifindex, 0 if it failed, or TS_EGRESS_MULTIPATH */
};

/* The route has several nexthops and the hook cannot tell which one will be taken. */
#define TS_EGRESS_MULTIPATH 0xffffffffU

/*
 * Counts the choice among several nexthops, made after a lookup that was already counted under TS_EGRESS_MULTIPATH. Lookups
 * of the group that ended there = multipath - selected.
 */
#define TS_ROUTE_SELECTED 1

enum ts_route_flag {
	TS_HAS_PREFIX = 1,  /* prefix and prefix_length hold the route's destination */
	TS_MULTIPATH = 2,   /* of several nexthops, not known which: device is "multipath", no gateway */
	TS_HAS_GATEWAY = 4, /* gateway holds an address of gateway_family */
	TS_HAS_ENCAP = 8,   /* it is a struct ts_encapped_route_event */
};

/* Its code: RTN_* of the answer, 0 if unknown. A table without a match fails with EAGAIN. */
struct ts_route_event {
	struct ts_event head;
	struct ts_flow flow;
	__u32 table;
	__u8 flags; /* enum ts_route_flag */
	__u8 prefix_length;
	__u8 gateway_family; /* enum ts_family: an IPv4 route may have an IPv6 gateway */
	__u8 by;	     /* netfilter asked for it: TS_BY() of ../netfilter/event.h; else 0 */
	__u32 prefix[4];
	__u32 gateway[4];
};

/* The nexthop leads into a tunnel. Apart, so that the others stay short. */
struct ts_encapped_route_event {
	struct ts_route_event route;
	struct ts_encap encap;
};
TS_ASSERT_SIZE(ts_route_event, 168);
TS_ASSERT_SIZE(ts_encapped_route_event, 304);

#endif
