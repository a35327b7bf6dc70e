/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * IPv4 table lookups by the tracepoint, once for each. It cannot see the namespace of a miss, whether a miss was
 * a throw route, nor which of several nexthops is taken.
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
		key.egress = nexthop4_has_several((__u64)nhc) ? TS_EGRESS_MULTIPATH : dev->ifindex;
	} else {
		key.netns = netns_of_context(flow->__fl_common.flowic_iif);
		key.error = -err;
	}
	count(&key, &route4_cache);
	return 0;
}
