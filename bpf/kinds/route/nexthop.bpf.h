/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Does a route have one nexthop or several, and what to tell of them. Both tracepoints fire before the kernel chooses among
 * several.
 */
#ifndef TABLESNOOP_NEXTHOP_BPF_H
#define TABLESNOOP_NEXTHOP_BPF_H

/*
 * An IPv4 nexthop lies in the array of its route's fib_info, or in a nexthop object (struct nh_info), and nothing in it says
 * where. So follow the pointer a fib_nh would have to its parent, and believe it only if the parent holds this very
 * nexthop; then the same for a nexthop object. An object that is in a group may have been reached through the group.
 */
static __noinline bool object_has_several(__u64 nhc)
{
	struct nh_info *info = (struct nh_info *)(nhc - bpf_core_field_offset(struct nh_info, fib_nhc));
	struct nexthop *nexthop = BPF_CORE_READ(info, nh_parent);
	__u64 groups;

	if (!nexthop || BPF_CORE_READ(nexthop, nh_info) != info || BPF_CORE_READ(nexthop, is_group))
		return true;
	groups = (__u64)nexthop + bpf_core_field_offset(struct nexthop, grp_list);
	return (__u64)BPF_CORE_READ(nexthop, grp_list.next) != groups;
}

static __always_inline bool nexthop4_has_several(const struct fib_nh_common *nhc)
{
	struct fib_nh *nexthop;
	struct fib_info *route;
	__u64 first, size;
	int nexthops;

	/* nh_common is the first member, as the kernel's own casts demand. The first branch is for speed only. */
	if (settings.has_rdonly_cast) {
		nexthop = bpf_rdonly_cast(nhc, bpf_core_type_id_kernel(struct fib_nh));
		route = nexthop->nh_parent;
		if (route && route->fib_nhs == 1 && (void *)route->fib_nh == (void *)nhc)
			return false;
	}
	nexthop = (struct fib_nh *)nhc;
	route = BPF_CORE_READ(nexthop, nh_parent);
	if (route) {
		nexthops = BPF_CORE_READ(route, fib_nhs);
		first = (__u64)route + bpf_core_field_offset(struct fib_info, fib_nh);
		if (nexthops == 1 && (__u64)nexthop == first)
			return false;
		size = bpf_core_type_size(struct fib_nh);
		if (nexthops > 1 && (__u64)nexthop >= first && (__u64)nexthop < first + nexthops * size)
			return true;
	}
	return object_has_several((__u64)nhc);
}

static __always_inline bool route4_has_several(const struct fib_info *route)
{
	const struct nexthop *nexthop = route->nh;

	return nexthop ? nexthop->is_group : route->fib_nhs > 1;
}

static __always_inline bool route6_has_several(const struct fib6_info *route)
{
	const struct nexthop *nexthop = route->nh;

	if (!nexthop)
		return route->fib6_nsiblings > 0;
	return nexthop->is_group || nexthop->grp_list.next != &nexthop->grp_list;
}

/* Which one is taken will be decided later. */
static __always_inline bool has_several(const struct ts_key *key)
{
	return key->words[TS_ROUTE_EGRESS] == TS_EGRESS_MULTIPATH;
}

/* A filter may ask for this by the same word as the label. */
static __always_inline void describe_multipath(struct ts_route_event *event)
{
	event->flags |= TS_MULTIPATH;
	__builtin_memcpy(event->head.device, "multipath", sizeof("multipath"));
}

/* Egress and gateway of the nexthop that was taken. */
static __always_inline void describe_nexthop(struct ts_route_event *event, const struct fib_nh_common *nhc)
{
	__u8 family;

	__builtin_memset(event->head.device, 0, sizeof(event->head.device));
	event->flags &= ~TS_MULTIPATH;
	family = read_nexthop(nhc, event->head.device, event->gateway);
	if (family == TS_NO_FAMILY)
		return;
	event->flags |= TS_HAS_GATEWAY;
	event->gateway_family = family;
}

/* Address of the tunnel that the nexthop of a found lookup leads into, if it is known which one is taken; else 0. */
static __always_inline __u64 tunnel_of(const struct ts_key *key, const struct fib_nh_common *nhc)
{
	return key->error || has_several(key) ? 0 : (__u64)BPF_CORE_READ(nhc, nhc_lwtstate);
}

static __always_inline void describe_encap(struct ts_encapped_route_event *event, __u64 tunnel, struct net *net)
{
	if (!tunnel)
		return;
	describe_tunnel(&event->encap, tunnel, net);
	event->route.flags |= TS_HAS_ENCAP;
}

#endif
