/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* A route that a tunnel remembered, so that its packet cost no lookup; or one that it had to look up, and remembers now. */
#ifndef TABLESNOOP_KINDS_DST_CACHE_EVENT_H
#define TABLESNOOP_KINDS_DST_CACHE_EVENT_H

#include "../../tablesnoop_abi.h"

/* ts_key.words. ts_key.code: enum ts_dst_cache_code. A miss is no failure: ts_key.error is 0. */
enum ts_dst_cache_word {
	TS_DST_CACHE_EGRESS = 0, /* ifindex, in the namespace of the outer packet */
};

enum ts_dst_cache_code {
	TS_DST_CACHE_HIT = 0,
	TS_DST_CACHE_MISS = 1, /* never told: the lookup itself is */
};

/* Of a hit. Its device: the egress. */
struct ts_dst_cache_event {
	struct ts_event head;
	__u32 src
		[4]; /* of the outer packet, network order, IPv4 in the first word; zero if the cache does not keep it */
	__u32 gateway[4];
	__u8 gateway_family; /* enum ts_family; TS_NO_FAMILY: none. An IPv4 route may have an IPv6 gateway. */
	__u8 reserved[7];
};
TS_ASSERT_SIZE(ts_dst_cache_event, 88);

#endif
