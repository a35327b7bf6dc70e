/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* What a VXLAN device found in its forwarding table for a frame it was to send. */
#ifndef TABLESNOOP_KINDS_TUNNEL_EVENT_H
#define TABLESNOOP_KINDS_TUNNEL_EVENT_H

#include "../../tablesnoop_abi.h"

/* ts_key.words. ts_key.code: enum ts_tunnel_code; ts_key.error: 0, or EHOSTUNREACH if there was no entry at all. */
enum ts_tunnel_word {
	TS_TUNNEL_DEVICE = 0, /* ifindex */
};

enum ts_tunnel_code {
	TS_TUNNEL_FOUND = 0,
	TS_TUNNEL_DEFAULT = 1, /* no entry of its own: where frames to unknown stations go */
	TS_TUNNEL_MISSED = 2,
};

/* Its device: the VXLAN device. */
struct ts_tunnel_event {
	struct ts_event head;
	__u8 mac[6]; /* the frame's destination */
	__u16 reserved;
	__u32 vni;
	__u32 reserved2;
};
TS_ASSERT_SIZE(ts_tunnel_event, 64);

#endif
