/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Routes that netfilter asks for, and nft's sets. Counted only: the lookups of an answer have lines of their own. */
#ifndef TABLESNOOP_KINDS_NETFILTER_EVENT_H
#define TABLESNOOP_KINDS_NETFILTER_EVENT_H

#include "../../tablesnoop_abi.h"

/*
 * ts_key.words. ts_key.code: enum ts_netfilter_code. ts_key.error: 0 if there is a route as it was asked for, else ENETUNREACH; if
 * the set has such an element, else ENOENT. A set has TS_NO_FAMILY.
 */
enum ts_netfilter_word {
	TS_NETFILTER_HOOK = 0,	/* of a route: enum ts_netfilter_hook */
	TS_NETFILTER_TABLE = 0, /* of a set: handles, which the kernel gives once in a namespace */
	TS_NETFILTER_SET = 1,
};

enum ts_netfilter_code {
	TS_NETFILTER_FIB_LOOKUP = 0,
	TS_NETFILTER_SET_LOOKUP = 1,
};

/* Where the packet is when netfilter asks. */
enum ts_netfilter_hook {
	TS_NO_HOOK = 0, /* it is routed anew, wherever it is */
	TS_HOOK_PREROUTING = 1,
	TS_HOOK_INPUT = 2,
	TS_HOOK_FORWARD = 3,
	TS_HOOK_OUTPUT = 4,
	TS_HOOK_POSTROUTING = 5,
	TS_HOOK_INGRESS = 6,
	TS_HOOK_EGRESS = 7,
};

/* Who asks for a route; with the hook it is ts_route_event.by. */
enum ts_netfilter_asker {
	TS_ASKED_BY_NFT_FIB = 1,
	TS_ASKED_BY_RPFILTER = 2,
	TS_ASKED_BY_REROUTING = 3,
};

#define TS_BY(asker, hook) ((asker) << 4 | (hook))

/* A set that was looked up: key and value of map "nft_sets". */
struct ts_nft_set {
	__u64 netns; /* cookie */
	__u32 table; /* handles */
	__u32 set;
};

/* With the NUL; the kernel allows 256. */
#define TS_NFT_NAME 128

struct ts_nft_set_names {
	char table[TS_NFT_NAME];
	char set[TS_NFT_NAME];
	__u8 family;  /* NFPROTO_* of the table */
	__u8 is_gone; /* 1: it was destroyed */
	__u8 reserved[6];
};

/* Map ".rodata.nft": bytes to members of structs that differ between kernels, as BTF has them. All 0: it has none. */
struct ts_nft_layout {
	__u32 lookup_set; /* in what an expression needs */
	__u32 lookup_invert;
	__u32 set_table;
	__u32 set_name;
	__u32 set_handle;
	__u32 table_name;
	__u32 table_handle;
	__u32 table_family; /* in its lowest six bits */
};
TS_ASSERT_SIZE(ts_nft_set, 16);
TS_ASSERT_SIZE(ts_nft_set_names, 264);
TS_ASSERT_SIZE(ts_nft_layout, 32);

#endif
