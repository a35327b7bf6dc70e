/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * IPv6 table lookups by the tracepoint, in both backends: it carries namespace, table and result, and fires at sites the
 * function fib6_table_lookup() misses. It cannot see which of several nexthops is taken.
 */

/* The tracepoint has no errno: give each reject route the one the caller will get. A miss is EAGAIN, as in IPv4. */
static __always_inline __u8 reject_error(__u8 type)
{
	switch (type) {
	case RTN_BLACKHOLE:
		return EINVAL;
	case RTN_PROHIBIT:
		return EACCES;
	case RTN_THROW:
		return EAGAIN;
	case RTN_UNREACHABLE:
		return EHOSTUNREACH;
	default:
		return ENETUNREACH;
	}
}

SEC("tp_btf/fib6_table_lookup")
int BPF_PROG(route6_tracepoint, const struct net *net, const struct fib6_result *result, struct fib6_table *table,
	     const struct flowi6 *flow)
{
	const struct fib6_info *route = result->f6i;
	const struct fib6_nh *nexthop;
	struct ts_key key = {
		.netns = net->net_cookie,
		.table = table->tb6_id,
		.kind = TS_ROUTE,
		.family = TS_IPV6,
	};

	/* The null entry looks like an unreachable route with a device: only its address tells a miss. */
	if (route == net->ipv6.fib6_null_entry) {
		key.error = EAGAIN;
	} else if (result->fib6_flags & RTF_REJECT) {
		key.type = result->fib6_type;
		key.error = reject_error(key.type);
	} else {
		nexthop = result->nh;
		key.egress = route6_has_several(route) ? TS_EGRESS_MULTIPATH : nexthop->nh_common.nhc_dev->ifindex;
	}
	count(&key, &route6_cache);
	return 0;
}

static __always_inline void count_selected6(__u64 netns, const struct fib6_info *route, const struct net_device *egress)
{
	struct ts_key key = {
		.netns = netns,
		.table = route->fib6_table->tb6_id,
		.egress = egress->ifindex,
		.kind = TS_ROUTE,
		.family = TS_IPV6,
		.type = TS_SELECTED,
	};

	count(&key, &select6_cache);
}

/* trampoline backend: the choice among several nexthops. Seven arguments: 6.1 cannot attach here. */
SEC("fexit/fib6_select_path")
int BPF_PROG(select6_trampoline, const struct net *net, struct fib6_result *result)
{
	const struct fib6_info *route = result->f6i;

	if (route6_has_several(route))
		count_selected6(net->net_cookie, route, result->nh->nh_common.nhc_dev);
	return 0;
}

/* The same on kernels where the hook above cannot be attached; bpf_fib_lookup() does not pass here. */
SEC("fexit/ip6_pol_route")
int BPF_PROG(select6_fallback, struct net *net, struct fib6_table *table, int oif, struct flowi6 *flow,
	     const struct sk_buff *skb, int flags, struct rt6_info *ret)
{
	const struct fib6_info *route = ret->from;

	if (route && route6_has_several(route))
		count_selected6(net->net_cookie, route, ret->dst.dev);
	return 0;
}
