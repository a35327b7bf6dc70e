/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* The end of one resolution: the kernel asked by ARP or ND for a neighbour's link-layer address, and got it or gave up. */
#ifndef TABLESNOOP_KINDS_NEIGHBOUR_EVENT_H
#define TABLESNOOP_KINDS_NEIGHBOUR_EVENT_H

#include "../../tablesnoop_abi.h"

/* ts_key.words. ts_key.error: 0 if resolved, EHOSTUNREACH if it failed, as those are told whose packets were waiting. */
enum ts_neighbour_word {
	TS_NEIGHBOUR_DEVICE = 0, /* ifindex */
};

/* ts_key.code: who counted. Each program has its own, as no two may write the same counter. */
enum ts_neighbour_code {
	TS_NEIGHBOUR_UPDATED = 0,   /* a message or an admin ended the resolution */
	TS_NEIGHBOUR_TIMED_OUT = 1, /* no answer came */
	TS_NEIGHBOUR_WAITS = 2,	    /* no resolution but a packet that waits for one; never told */
};

#define TS_LLADDR_BYTES 32 /* MAX_ADDR_LEN */

struct ts_neighbour_event {
	struct ts_event head;
	__u32 dst[4]; /* network order, IPv4 in the first word */
	__u8 lladdr[TS_LLADDR_BYTES];
	__u8 lladdr_length; /* 0 if it failed */
	__u8 has_probes;    /* 1: `probes` is known */
	__u16 probes;	    /* sent until the answer */
	__u32 reserved;
};
TS_ASSERT_SIZE(ts_neighbour_event, 104);

#endif
