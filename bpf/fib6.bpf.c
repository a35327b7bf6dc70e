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
