/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* A route is added, replaced or removed. */
#ifndef TABLESNOOP_KINDS_CHANGE_EVENT_H
#define TABLESNOOP_KINDS_CHANGE_EVENT_H

#include "../../tablesnoop_abi.h"

/* ts_key.words. ts_key.code: enum ts_route_change. None of them fails: ts_key.error is 0. */
enum ts_change_word {
	TS_CHANGE_TABLE = 0,
	TS_CHANGE_PROTOCOL = 1, /* RTPROT_… */
};

enum ts_route_change {
	TS_ROUTE_ADDED = 0,
	TS_ROUTE_REPLACED = 1, /* by what the event tells */
	TS_ROUTE_REMOVED = 2,
};

/* Map ".rodata.change", set before load. */
struct ts_change_settings {
	__u64 own_netns; /* cookie of the namespace whose changes native/rtnetlink/ tells of */
};
TS_ASSERT_SIZE(ts_change_settings, 8);

/* Its device: that of the first nexthop. Its code: enum ts_route_change. */
struct ts_change_event {
	struct ts_event head;
	__u32 dst[4];	  /* network order, IPv4 in the first word */
	__u32 gateway[4]; /* of the first nexthop */
	__u32 table;
	__u32 metric;
	__u32 nexthops;	     /* how many there are */
	__u8 length;	     /* of the prefix, in bits */
	__u8 protocol;	     /* RTPROT_… */
	__u8 type;	     /* RTN_… */
	__u8 gateway_family; /* enum ts_family; TS_NO_FAMILY: there is no gateway */
};
TS_ASSERT_SIZE(ts_change_event, 96);

/* How many of the last changes in other namespaces are kept, whether or not anybody listens. */
#define TS_KEPT_CHANGES 4096

/* Map "kept_changes": number N is in row (N - 1) % TS_KEPT_CHANGES. */
struct ts_kept_change {
	__u64 number; /* from 1 on; 0: none yet, or it is being written */
	struct ts_change_event event;
};
TS_ASSERT_SIZE(ts_kept_change, 104);

/* Map ".data.change". */
struct ts_changes_elsewhere {
	__u64 begun; /* number of the last one that was, or is being, written */
};

#endif
