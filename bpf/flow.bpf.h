/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* What kinds that look up by IP addresses share: what filters see of a flow, and its part of an event. */
#ifndef TABLESNOOP_FLOW_BPF_H
#define TABLESNOOP_FLOW_BPF_H

static __always_inline void ask_by_flow4(struct subject *subject, __u32 table, const struct flowi4 *flow)
{
	__builtin_memset(subject, 0, sizeof(*subject));
	subject->has = TS_MATCH_TABLE | TS_MATCH_ADDRESSES;
	subject->table = table;
	subject->src[0] = flow->saddr;
	subject->dst[0] = flow->daddr;
}

/* By helper, as rule lookups come here with a union of flows, through which the verifier does not follow. */
static __always_inline void ask_by_flow6(struct subject *subject, __u32 table, const struct flowi6 *flow)
{
	subject->has = TS_MATCH_TABLE | TS_MATCH_ADDRESSES;
	subject->table = table;
	BPF_CORE_READ_INTO(&subject->src, flow, saddr.in6_u.u6_addr32);
	BPF_CORE_READ_INTO(&subject->dst, flow, daddr.in6_u.u6_addr32);
}

static __always_inline void describe_devices(struct ts_flow *to, __u32 iif, __u32 oif, struct net *net)
{
	/* Local and reverse path lookups come "from lo" in every namespace; that one needs no search. */
	if (iif == LOOPBACK_IFINDEX)
		__builtin_memcpy(to->iif, "lo", 2);
	else
		read_device_name(net, iif, to->iif);
	read_device_name(net, oif, to->oif);
}

static __always_inline void describe_common(struct ts_flow *to, const struct flowi_common *flow, struct net *net)
{
	to->mark = flow->flowic_mark;
	to->protocol = flow->flowic_proto;
	describe_devices(to, flow->flowic_iif, flow->flowic_oif, net);
}

static __always_inline void describe_flow4(struct ts_flow *to, const struct flowi4 *flow, struct net *net)
{
	describe_common(to, &flow->__fl_common, net);
	to->dscp = tos_of(&flow->__fl_common) >> 2;
	to->src[0] = flow->saddr;
	to->dst[0] = flow->daddr;
}

static __always_inline void describe_flow6(struct ts_flow *to, const struct flowi6 *flow, struct net *net)
{
	__u32 info = __builtin_bswap32(BPF_CORE_READ(flow, flowlabel)); /* traffic class and label, as in the header */

	describe_common(to, &flow->__fl_common, net);
	to->flowlabel = info & 0xfffff;
	to->dscp = info >> 22 & 0x3f;
	BPF_CORE_READ_INTO(&to->src, flow, saddr.in6_u.u6_addr32);
	BPF_CORE_READ_INTO(&to->dst, flow, daddr.in6_u.u6_addr32);
}

#endif
