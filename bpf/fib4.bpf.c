/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* IPv4 table lookups, by either backend. Neither can tell a throw route from a table without a match. */

/*
 * tracepoint backend: fires once for each table lookup. It cannot see the namespace of a miss, nor which of several
 * nexthops is taken.
 */
SEC("tp_btf/fib_table_lookup")
int BPF_PROG(route4_tracepoint, __u32 table, const struct flowi4 *flow, const struct fib_nh_common *nhc, int err)
{
	struct ts_key key = {
		.table = table,
		.kind = TS_ROUTE,
		.family = TS_IPV4,
	};
	const struct net_device *dev;

	/* Decide by err: some kernels let the verifier believe nhc is never NULL, and drop the check (6.5 and later). */
	if (err == 0 && nhc) {
		dev = nhc->nhc_dev;
		key.netns = dev->nd_net.net->net_cookie;
		key.egress = nexthop4_has_several(nhc) ? TS_EGRESS_MULTIPATH : dev->ifindex;
	} else {
		key.netns = netns_of_context(flow->__fl_common.flowic_iif);
		key.error = -err;
	}
	count(&key, &route4_cache);
	return 0;
}

/* trampoline backend: the namespace is exact, of a miss too. */
SEC("fexit/fib_table_lookup")
int BPF_PROG(route4_trampoline, struct fib_table *table, const struct flowi4 *flow, struct fib_result *result,
	     int flags, int ret)
{
	struct ts_key key = {
		.table = table->tb_id,
		.kind = TS_ROUTE,
		.family = TS_IPV4,
	};
	const struct fib_info *route;

	if (ret == 0) {
		route = result->fi;
		key.netns = route->fib_net->net_cookie;
		/* With an oif the kernel took the nexthop that leaves by it; there is no choice later. */
		if (route4_has_several(route) && !flow->__fl_common.flowic_oif)
			key.egress = TS_EGRESS_MULTIPATH;
		else
			key.egress = result->nhc->nhc_dev->ifindex;
	} else {
		key.netns = netns_of_table(table);
		key.error = -ret;
	}
	count(&key, &route4_cache);
	return 0;
}

/*
 * trampoline backend: the choice among several nexthops. Called at most once after a table lookup, on the input path directly,
 * else through fib_select_path(). Since 6.18 there is a third argument; the first is all we need.
 */
SEC("fexit/fib_select_multipath")
int BPF_PROG(select4_trampoline, struct fib_result *result)
{
	const struct fib_info *route = result->fi;
	struct ts_key key = {
		.netns = route->fib_net->net_cookie,
		.table = result->table->tb_id,
		.egress = result->nhc->nhc_dev->ifindex,
		.kind = TS_ROUTE,
		.family = TS_IPV4,
		.type = TS_SELECTED,
	};

	if (route4_has_several(route))
		count(&key, &select4_cache);
	return 0;
}
