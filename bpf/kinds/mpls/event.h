/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* A labelled packet that came in, and what became of it. */
#ifndef TABLESNOOP_KINDS_MPLS_EVENT_H
#define TABLESNOOP_KINDS_MPLS_EVENT_H

#include "../../tablesnoop_abi.h"

/*
 * ts_key.words. ts_key.code: 0. ts_key.error: 0 if it went on, ENETUNREACH if its label has no route, EHOSTUNREACH if it was
 * dropped for another reason.
 */
enum ts_mpls_word {
	TS_MPLS_EGRESS = 0, /* ifindex of the nexthop, 0 if it got none */
};

#define TS_MPLS_LABELS 8

/* Its device: the egress. */
struct ts_mpls_event {
	struct ts_event head;
	__u32 label;		   /* the outermost one it came with, host order */
	__u32 labels;		   /* that it leaves with in place of that, also those that do not fit here */
	__u32 out[TS_MPLS_LABELS]; /* outermost first */
	char iif[16];		   /* where it came in */
};
TS_ASSERT_SIZE(ts_mpls_event, 104);

#endif
