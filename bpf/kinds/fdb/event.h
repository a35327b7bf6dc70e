/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* A bridge learns at which port a station is, sees it move, or forgets it; or floods a frame to one it does not know. */
#ifndef TABLESNOOP_KINDS_FDB_EVENT_H
#define TABLESNOOP_KINDS_FDB_EVENT_H

#include "../../tablesnoop_abi.h"

/* ts_key.words. ts_key.code: enum ts_fdb_change. None of them fails: ts_key.error is 0. */
enum ts_fdb_word {
	TS_FDB_BRIDGE = 0, /* ifindex */
	TS_FDB_TEACHER = 1,
};

/* Who said so. Also keeps the programs apart: each counts under keys of its own. */
enum ts_fdb_teacher {
	TS_FDB_BY_FRAME = 0,
	TS_FDB_BY_CONTROL = 1, /* a switch's driver, or a routing daemon by netlink (extern_learn) */
};

enum ts_fdb_change {
	TS_FDB_LEARNED = 0,
	TS_FDB_MOVED = 1,
	TS_FDB_REMOVED = 2,
	TS_FDB_FLOODED = 3, /* no change but a frame to a station at no known port */
};

/* Its device: the bridge. Its code: as in the key. */
struct ts_fdb_event {
	struct ts_event head;
	__u8 mac[6];
	__u16 vlan;    /* 0: the bridge tells no VLANs apart, or it is a flood, of which it is not known */
	char port[16]; /* where the station is now; empty if removed or flooded */
	char from[16]; /* where it was, or a flooded frame came in; empty if learned, or unknown */
};
TS_ASSERT_SIZE(ts_fdb_event, 88);

#endif
