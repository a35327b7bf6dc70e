/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* What the lookup flood's program (lookup.bpf.c) and its driver (lookup.c) share: the settings in, the answers out. */
#ifndef LOOKUP_STATE_H
#define LOOKUP_STATE_H

#define LOOKUP_MAX_DESTINATIONS 1024
#define LOOKUP_ANSWERS 16

struct lookup_state {
	__u32 family;	   /* AF_INET or AF_INET6 */
	__u32 ifindex;	   /* input device; forwarding must be on there or the kernel looks nothing up */
	__u32 flags;	   /* BPF_FIB_LOOKUP_* */
	__u32 table;	   /* with BPF_FIB_LOOKUP_TBID */
	__u32 table_count; /* from that one on, the next after each round of the destinations */
	__u32 table_turn;
	__u32 is_random;
	__u32 position; /* of the cycle, or state of the generator */
	__u32 destination_count;
	__u32 failed;					/* calls that returned a negative errno */
	__u64 answers[LOOKUP_ANSWERS];			/* by BPF_FIB_LKUP_RET_* */
	__u32 destinations[LOOKUP_MAX_DESTINATIONS][4]; /* network order; IPv4 uses the first word */
};

#endif
