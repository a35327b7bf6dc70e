/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* What rtnetlink says of routes in our own namespace, on its way to native/rtnetlink/. */
#ifndef TABLESNOOP_KINDS_CHANGE_NOTICES_H
#define TABLESNOOP_KINDS_CHANGE_NOTICES_H

#include "../../tablesnoop_abi.h"

/*
 * Map "route_notices": a ring of messages as rtnetlink sends them, each a struct nlmsghdr and what follows it, in room that may
 * be longer. Some 25,000 of IPv4 routes with one nexthop find room.
 */
#define TS_NOTICES_BYTES (2 * 1024 * 1024)

/* Map ".data.notices". */
struct ts_notices {
	__u32 port; /* of the socket they are for: user space writes it */
	__u32 unused;
	__u64 lost; /* notices that found no room */
};
TS_ASSERT_SIZE(ts_notices, 16);

#endif
