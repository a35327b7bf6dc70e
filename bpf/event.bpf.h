/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * The event path: a lookup that some listener's filter wants goes into the ring. Decided before anything is built or
 * copied; with no listener it costs one load and a branch.
 */
#ifndef TABLESNOOP_EVENT_BPF_H
#define TABLESNOOP_EVENT_BPF_H

/* The addresses of a flow, in network order; IPv4 in the first word. */
struct addresses {
	__u32 src[4];
	__u32 dst[4];
};

static __always_inline bool is_under(const __u32 address[4], const struct ts_prefix *prefix)
{
	return !(((address[0] & prefix->mask[0]) ^ prefix->address[0]) |
		 ((address[1] & prefix->mask[1]) ^ prefix->address[1]) |
		 ((address[2] & prefix->mask[2]) ^ prefix->address[2]) |
		 ((address[3] & prefix->mask[3]) ^ prefix->address[3]));
}

static __always_inline bool matches(const struct ts_filter *filter, const struct ts_key *key, const struct addresses *of)
{
	__u8 result = key->error ? TS_WANT_FAILED : TS_WANT_FOUND;

	if (!(filter->kinds & (1U << key->kind)) || !(filter->families & (1U << key->family)) ||
	    !(filter->results & result))
		return false;
	if ((filter->conditions & TS_MATCH_NETNS) && filter->netns != key->netns)
		return false;
	if ((filter->conditions & TS_MATCH_TABLE) && filter->table != key->table)
		return false;
	return is_under(of->dst, &filter->dst) && is_under(of->src, &filter->src);
}

struct selection {
	const struct ts_key *key;
	const struct addresses *of;
	__u32 wanted;
};

static long ask_slot(__u32 slot, struct selection *selection)
{
	if (slot < TS_LISTENERS && (shared.listeners >> slot & 1) &&
	    matches(&filters.slot[slot], selection->key, selection->of))
		selection->wanted |= 1U << slot;
	return 0;
}

/*
 * Slots that want this lookup, but for the egress, which is looked at when the event is built. (bpf_loop, as the verifier
 * would walk through every combination of answers in a plain loop.)
 */
static __noinline __u32 wanted_by(const struct ts_key *key, const struct addresses *of)
{
	struct selection selection = { .key = key, .of = of };

	bpf_loop(shared.slots, ask_slot, &selection, 0);
	return selection.wanted;
}

static __always_inline bool is_same_name(const char a[16], const char b[16])
{
	const __u64 *x = (const __u64 *)a, *y = (const __u64 *)b;

	return x[0] == y[0] && x[1] == y[1];
}

struct egress_check {
	const struct ts_event *event;
	__u32 wanted;
};

static long check_slot(__u32 slot, struct egress_check *check)
{
	const struct ts_filter *filter;

	if (slot >= TS_LISTENERS || !(check->wanted >> slot & 1))
		return 0;
	filter = &filters.slot[slot];
	if ((filter->conditions & TS_MATCH_EGRESS) && !is_same_name(filter->egress, check->event->egress))
		check->wanted &= ~(1U << slot);
	return 0;
}

/* Drops the slots whose egress condition the built event does not meet. */
static __noinline __u32 still_wanted_by(const struct ts_event *event)
{
	struct egress_check check = { .event = event, .wanted = event->listeners };

	if (shared.egress_conditions)
		bpf_loop(shared.slots, check_slot, &check, 0);
	return check.wanted;
}

static __always_inline void raise_lost(__u32 column)
{
	__u32 at = bpf_get_smp_processor_id() * TS_LOST_COLUMNS + column;
	__u64 *lost = bpf_map_lookup_elem(&events_lost, &at);

	if (lost)
		__sync_fetch_and_add(lost, 1);
}

static __noinline int lose(__u32 listeners)
{
	__u32 slot;

	for (slot = 0; slot < TS_LISTENERS; slot++) {
		if (listeners >> slot & 1)
			raise_lost(slot);
	}
	raise_lost(TS_LOST_ALL);
	return 0;
}

/* Wakes the reader only when much is waiting; it looks by itself often enough for a single event. */
static __always_inline __u64 wakeup(void)
{
	return bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA) >= settings.wake_bytes ? BPF_RB_FORCE_WAKEUP :
										      BPF_RB_NO_WAKEUP;
}

#define NETDEV_HASHENTRIES 256 /* net/core/dev.h */
#define MOST_IN_BUCKET 4096

struct device_search {
	__u64 at; /* of an index_hlist */
	__u32 ifindex;
};

static long compare_device(__u32 step, struct device_search *search)
{
	struct net_device *dev;

	if (!search->at)
		return 1;
	dev = (struct net_device *)(search->at - bpf_core_field_offset(struct net_device, index_hlist));
	if (BPF_CORE_READ(dev, ifindex) == search->ifindex)
		return 1;
	search->at = (__u64)BPF_CORE_READ(dev, index_hlist.next);
	return 0;
}

/* Name of a device by its index, as __dev_get_by_index() finds it. Runs under rcu_read_lock, as every probe does. */
static __noinline int read_device_name(struct net *net, __u32 ifindex, char *name)
{
	struct device_search search = { .ifindex = ifindex };
	struct hlist_head *heads;
	struct net_device *dev;
	__u64 head;

	if (!net || !ifindex || !name)
		return 0;
	heads = BPF_CORE_READ(net, dev_index_head);
	head = (__u64)heads + (ifindex & (NETDEV_HASHENTRIES - 1)) * bpf_core_type_size(struct hlist_head);
	search.at = (__u64)BPF_CORE_READ((struct hlist_head *)head, first);
	bpf_loop(MOST_IN_BUCKET, compare_device, &search, 0);
	if (!search.at)
		return 0;
	dev = (struct net_device *)(search.at - bpf_core_field_offset(struct net_device, index_hlist));
	BPF_CORE_READ_STR_INTO((char(*)[16])name, dev, name);
	return 0;
}

/* Begins an event: everything a hook does not set stays zero. */
static __always_inline void begin_event(struct ts_event *event, const struct ts_key *key, __u32 listeners,
					struct net *net)
{
	__builtin_memset(event, 0, sizeof(*event));
	event->time = bpf_ktime_get_ns();
	event->netns = key->netns;
	event->inode = net ? BPF_CORE_READ(net, ns.inum) : 0;
	event->listeners = listeners;
	event->table = key->table;
	event->kind = key->kind;
	event->family = key->family;
	event->error = key->error;
	event->type = key->type;
}

static __always_inline void describe_common(struct ts_event *event, const struct flowi_common *flow, struct net *net)
{
	__u32 iif = flow->flowic_iif;

	event->mark = flow->flowic_mark;
	event->protocol = flow->flowic_proto;
	/* Local and reverse path lookups come "from lo" in every namespace; that one needs no search. */
	if (iif == LOOPBACK_IFINDEX)
		__builtin_memcpy(event->iif, "lo", 2);
	else
		read_device_name(net, iif, event->iif);
	read_device_name(net, flow->flowic_oif, event->oif);
}

static __always_inline void describe_flow4(struct ts_event *event, const struct flowi4 *flow, struct net *net)
{
	const struct flowi_common *common = &flow->__fl_common;
	__u8 tos;

	describe_common(event, common, net);
	if (bpf_core_field_exists(common->flowic_dscp))
		tos = common->flowic_dscp;
	else
		tos = ((const struct flowi_common___old *)common)->flowic_tos;
	event->dscp = tos >> 2;
	event->src[0] = flow->saddr;
	event->dst[0] = flow->daddr;
}

static __always_inline void addresses_of_flow4(struct addresses *of, const struct flowi4 *flow)
{
	__builtin_memset(of, 0, sizeof(*of));
	of->src[0] = flow->saddr;
	of->dst[0] = flow->daddr;
}

/* By helper, as rule lookups come here with a union of flows, through which the verifier does not follow. */
static __always_inline void addresses_of_flow6(struct addresses *of, const struct flowi6 *flow)
{
	BPF_CORE_READ_INTO(&of->src, flow, saddr.in6_u.u6_addr32);
	BPF_CORE_READ_INTO(&of->dst, flow, daddr.in6_u.u6_addr32);
}

static __always_inline void describe_flow6(struct ts_event *event, const struct flowi6 *flow,
					   const struct addresses *of, struct net *net)
{
	__u32 info = __builtin_bswap32(BPF_CORE_READ(flow, flowlabel)); /* traffic class and label, as in the header */

	describe_common(event, &flow->__fl_common, net);
	event->flowlabel = info & 0xfffff;
	event->dscp = info >> 22 & 0x3f;
	__builtin_memcpy(event->src, of->src, sizeof(event->src));
	__builtin_memcpy(event->dst, of->dst, sizeof(event->dst));
}

/* Of several nexthops, not known which; a filter may ask for that by the same word as the label. */
static __always_inline void describe_multipath(struct ts_event *event)
{
	event->flags |= TS_MULTIPATH;
	__builtin_memcpy(event->egress, "multipath", sizeof("multipath"));
}

/* Egress and gateway of the nexthop that was taken. */
static __always_inline void describe_nexthop(struct ts_event *event, const struct fib_nh_common *nhc)
{
	struct net_device *dev = BPF_CORE_READ(nhc, nhc_dev);
	__u8 family = BPF_CORE_READ(nhc, nhc_gw_family);

	__builtin_memset(event->egress, 0, sizeof(event->egress));
	if (dev)
		bpf_probe_read_kernel_str(event->egress, sizeof(event->egress), dev->name);
	event->flags &= ~TS_MULTIPATH;
	if (family == AF_INET)
		event->gateway[0] = BPF_CORE_READ(nhc, nhc_gw.ipv4);
	else if (family == AF_INET6)
		BPF_CORE_READ_INTO(&event->gateway, nhc, nhc_gw.ipv6);
	else
		return;
	event->flags |= TS_HAS_GATEWAY;
	event->gateway_family = family == AF_INET ? TS_IPV4 : TS_IPV6;
}

/* Hands over a reserved event, or drops it if the egress turned out to be one nobody asked for. */
static __always_inline void submit_event(struct ts_event *event)
{
	event->listeners = still_wanted_by(event);
	if (event->listeners)
		bpf_ringbuf_submit(event, wakeup());
	else
		bpf_ringbuf_discard(event, BPF_RB_NO_WAKEUP);
}

#endif
