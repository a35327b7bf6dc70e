/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Route lookups whose nexthop leads into a lightweight tunnel. Counted only: the route's own line tells of the tunnel. */
#ifndef TABLESNOOP_KINDS_ENCAP_EVENT_H
#define TABLESNOOP_KINDS_ENCAP_EVENT_H

#include "../../tablesnoop_abi.h"

/* ts_key.words. ts_key.code: SEG6_LOCAL_ACTION_* of a SID, else 0. */
enum ts_encap_word {
	TS_ENCAP_TABLE = 0,
	TS_ENCAP_TYPE = 1, /* LWTUNNEL_ENCAP_*, and TS_ENCAP_CHOSEN */
};

/* Counts a nexthop chosen among several, after the lookup: another program's count. */
#define TS_ENCAP_CHOSEN 0x10000

/* linux/lwtunnel.h */
enum ts_encap_type {
	TS_ENCAP_MPLS = 1,
	TS_ENCAP_IP = 2,
	TS_ENCAP_IP6 = 4,
	TS_ENCAP_SEG6 = 5,
	TS_ENCAP_BPF = 6,
	TS_ENCAP_SEG6_LOCAL = 7,
};

/* How much of it an event has room for. */
#define TS_ENCAP_SEGMENTS 8
#define TS_ENCAP_LABELS 32
#define TS_ENCAP_NAME 40

/* ts_encap.attributes: 1 << SEG6_LOCAL_* (linux/seg6_local.h). */
enum ts_sid_attribute {
	TS_SID_SRH = 4,
	TS_SID_TABLE = 8,
	TS_SID_NH4 = 16,
	TS_SID_NH6 = 32,
	TS_SID_OIF = 128,
	TS_SID_BPF = 256,
	TS_SID_VRFTABLE = 512,
	TS_SID_FLAVORS = 2048,
};

/* Where a SID leads. */
struct ts_sid {
	__u32 table;
	__u32 vrf_table;
	__u32 nh4;
	__u32 nh6[4];
	__u32 flavors; /* 1 << SEG6_LOCAL_FLV_OP_* */
	__u8 block_bits;
	__u8 function_bits;
	__u8 reserved[2];
	char oif[16];
	char program[TS_ENCAP_NAME];
};

/* The outer header of an IP tunnel. */
struct ts_outer {
	__u64 id;     /* host order */
	__u32 src[4]; /* network order, IPv4 in the first word */
	__u32 dst[4];
	__u8 ttl;
	__u8 tos;
	__u16 flags; /* enum ts_outer_flag */
	__u32 reserved;
};

enum ts_outer_flag {
	TS_OUTER_CSUM = 1,
	TS_OUTER_KEY = 4,
	TS_OUTER_SEQ = 8,
};

/* Names of programs, cut to fit. */
struct ts_encap_programs {
	char in[TS_ENCAP_NAME];
	char out[TS_ENCAP_NAME];
	char xmit[TS_ENCAP_NAME];
};

/* The tunnel a route leads into, as a part of the event of its lookup. */
struct ts_encap {
	__u16 type;	  /* LWTUNNEL_ENCAP_* */
	__u8 code;	  /* SEG6_LOCAL_ACTION_* of a SID, SEG6_IPTUN_MODE_* of SEG6, TTL of MPLS */
	__u8 items;	  /* segments or labels it has, also beyond those that fit */
	__u32 attributes; /* enum ts_sid_attribute of a SID; 1: MPLS has a TTL */
	union {
		__u32 segments[TS_ENCAP_SEGMENTS]
			      [4]; /* the last one first, as in the header; those furthest away may be missing */
		__u32 labels[TS_ENCAP_LABELS];
		struct ts_sid sid; /* without TS_SID_SRH; else it has segments */
		struct ts_outer outer;
		struct ts_encap_programs programs;
	};
};
TS_ASSERT_SIZE(ts_sid, 92);
TS_ASSERT_SIZE(ts_outer, 48);
TS_ASSERT_SIZE(ts_encap, 136);

#endif
