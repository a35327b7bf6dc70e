/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* A route that a connected socket remembered, so that what it sends cost no lookup. */
#ifndef TABLESNOOP_KINDS_SOCKET_CACHE_EVENT_H
#define TABLESNOOP_KINDS_SOCKET_CACHE_EVENT_H

#include "../../tablesnoop_abi.h"

/* ts_key.words. ts_key.code, ts_key.error: 0. */
enum ts_socket_cache_word {
	TS_SOCKET_CACHE_EGRESS = 0, /* ifindex, in the namespace of the socket */
};

/* Its device: the egress. Addresses are the socket's, network order, IPv4 in the first word. */
struct ts_socket_cache_event {
	struct ts_event head;
	__u32 src[4];
	__u32 dst[4];
	__u32 gateway[4];
	__u8 gateway_family; /* enum ts_family; TS_NO_FAMILY: none. An IPv4 route may have an IPv6 gateway. */
	__u8 reserved[7];
};
TS_ASSERT_SIZE(ts_socket_cache_event, 104);

#endif
