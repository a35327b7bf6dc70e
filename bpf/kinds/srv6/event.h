/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* A packet for a segment identifier of this machine, and what came of it. */
#ifndef TABLESNOOP_KINDS_SRV6_EVENT_H
#define TABLESNOOP_KINDS_SRV6_EVENT_H

#include "../../tablesnoop_abi.h"

/*
 * ts_key.words: none. ts_key.code: SEG6_LOCAL_ACTION_*. ts_key.error: 0 if the packet went on, else what the kernel says it
 * was dropped for; TS_SRV6_DROPPED if that is no errno.
 */
#define TS_SRV6_DROPPED 255

/* Its device: where the packet came in. Addresses are those it came with. */
struct ts_srv6_event {
	struct ts_event head;
	__u32 src[4];
	__u32 dst[4]; /* the segment identifier */
};
TS_ASSERT_SIZE(ts_srv6_event, 80);

#endif
