/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* A packet that was dropped for a reason of routing, of neighbours or of tunnels. */
#ifndef TABLESNOOP_KINDS_DROP_EVENT_H
#define TABLESNOOP_KINDS_DROP_EVENT_H

#include "../../tablesnoop_abi.h"

/* ts_key.words. ts_key.code: enum ts_drop_reason; ts_key.error: TS_ANY_RESULT. TS_NO_FAMILY: it was no IP packet. */
enum ts_drop_word {
	TS_DROP_DEVICE = 0, /* ifindex, 0 if unknown */
};

/*
 * Numbers of our own, as the kernel's move, even within a stable series. The words are those of its enum skb_drop_reason.
 * A new one comes at the end; native/kinds/drop/probes.cc has the list once more.
 */
enum ts_drop_reason {
	TS_REASON_IP_INNOROUTES = 1,
	TS_REASON_IP_OUTNOROUTES = 2,
	TS_REASON_IP_INADDRERRORS = 3,
	TS_REASON_IP_RPFILTER = 4,
	TS_REASON_IP_LOCAL_SOURCE = 5,
	TS_REASON_IP_INVALID_SOURCE = 6,
	TS_REASON_IP_LOCALNET = 7,
	TS_REASON_IP_INVALID_DEST = 8,
	TS_REASON_UNICAST_IN_L2_MULTICAST = 9,
	TS_REASON_IP_INHDR = 10,
	TS_REASON_PKT_TOO_BIG = 11,
	TS_REASON_XFRM_POLICY = 12,
	TS_REASON_IPV6DISABLED = 13,
	TS_REASON_NEIGH_CREATEFAIL = 14,
	TS_REASON_NEIGH_FAILED = 15,
	TS_REASON_NEIGH_QUEUEFULL = 16,
	TS_REASON_NEIGH_DEAD = 17,
	TS_REASON_NEIGH_HH_FILLFAIL = 18,
	TS_REASON_NO_TX_TARGET = 19,
	TS_REASON_VXLAN_INVALID_HDR = 20,
	TS_REASON_VXLAN_VNI_NOT_FOUND = 21,
	TS_REASON_VXLAN_ENTRY_EXISTS = 22,
	TS_REASON_TUNNEL_TXINFO = 23,
	TS_REASON_LOCAL_MAC = 24,
	TS_REASON_IP_TUNNEL_ECN = 25,
	TS_REASON_RECURSION_LIMIT = 26,
};

/* Reasons of the kernel's own core. Those of its subsystems begin at 1 << 16, and are none of ours. */
#define TS_KERNEL_REASONS 256

/* Map ".rodata.drop", set before load. */
struct ts_drop_settings {
	__u8 reason[TS_KERNEL_REASONS]; /* enum ts_drop_reason by the running kernel's number, 0: not counted */
	__u32 has_receiver; /* 1: the tracepoint has a fourth argument, the socket it was for (since 6.11) */
};
TS_ASSERT_SIZE(ts_drop_settings, 260);

struct ts_drop_event {
	struct ts_event head;
	__u32 src[4]; /* network order, IPv4 in the first word; all zero if its header could not be read */
	__u32 dst[4];
	__u8 protocol;
	__u8 reserved[7];
};
TS_ASSERT_SIZE(ts_drop_event, 88);

#endif
