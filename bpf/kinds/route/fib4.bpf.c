/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* IPv4 table lookups, by either backend. Neither can tell a throw route from a table without a match. */

/* The destination of a failed lookup, which is the nth of its key on this CPU. */
static __always_inline void count_destination4(const struct ts_key *key, __u64 nth, const struct flowi4 *flow)
{
	__u32 destination[4] = {};

	if (!is_sampled(key, nth))
		return;
	destination[0] = flow->daddr;
	count_destination(key, destination);
}

/* Builds the event of a lookup that somebody wants, in memory that is reserved or waiting. */
static __always_inline void describe_route4(struct ts_event *event, const struct ts_key *key, __u32 listeners,
					    const struct flowi4 *flow, struct net *net, const struct fib_nh_common *nhc)
{
	begin_event(event, key, listeners, net);
	describe_flow4(event, flow, net);
	if (key->egress == TS_EGRESS_MULTIPATH)
		describe_multipath(event);
	else if (!key->error)
		describe_nexthop(event, nhc);
}

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
	struct addresses addresses;
	struct place place = {};
	struct ts_event *event;
	__u32 listeners;
	__u64 nth;

	/* Decide by err: some kernels let the verifier believe nhc is never NULL, and drop the check (6.5 and later). */
	if (err == 0 && nhc) {
		dev = nhc->nhc_dev;
		place.net = dev->nd_net.net;
		key.netns = place.net->net_cookie;
		key.egress = nexthop4_has_several(nhc) ? TS_EGRESS_MULTIPATH : dev->ifindex;
	} else {
		find_place(&place, flow);
		key.netns = place.netns;
		key.error = -err;
	}
	nth = count(&key, &route4_cache);
	if (key.error)
		count_destination4(&key, nth, flow);

	if (!shared.listeners)
		return 0;
	addresses_of_flow4(&addresses, flow);
	listeners = wanted_by(&key, &addresses);
	if (!listeners)
		return 0;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		return lose(listeners);
	describe_route4(event, &key, listeners, flow, place.net, nhc);
	submit_event(event);
	return 0;
}

/* What the function's result says beyond the tracepoint. */
static __always_inline void describe_result4(struct ts_event *event, const struct fib_result *result)
{
	event->type = result->type;
	event->prefix_length = result->prefixlen;
	event->prefix[0] = result->prefix;
	event->flags |= TS_HAS_PREFIX;
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
	struct table_owner *owner;
	struct addresses addresses;
	struct pending *pending;
	struct ts_event *event;
	struct net *net = 0;
	__u32 listeners;
	__u64 nth;

	if (ret == 0) {
		route = result->fi;
		net = route->fib_net;
		key.netns = net->net_cookie;
		/* With an oif the kernel took the nexthop that leaves by it; there is no choice later. */
		if (route4_has_several(route) && !flow->__fl_common.flowic_oif)
			key.egress = TS_EGRESS_MULTIPATH;
		else
			key.egress = result->nhc->nhc_dev->ifindex;
	} else {
		owner = owner_of_table(table);
		if (owner) {
			key.netns = owner->cookie;
			net = (struct net *)owner->net;
		}
		key.error = -ret;
	}
	nth = count(&key, &route4_cache);
	if (key.error)
		count_destination4(&key, nth, flow);

	if (!shared.listeners)
		return 0;
	addresses_of_flow4(&addresses, flow);
	listeners = wanted_by(&key, &addresses);
	if (!listeners)
		return 0;
	flush_pending();
	if (key.egress == TS_EGRESS_MULTIPATH) {
		pending = begin_pending();
		if (!pending)
			return lose(listeners);
		describe_route4(&pending->route, &key, listeners, flow, net, result->nhc);
		describe_result4(&pending->route, result);
		wait_for_choice(pending, result);
		return 0;
	}
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		return lose(listeners);
	describe_route4(event, &key, listeners, flow, net, result->nhc);
	if (ret == 0)
		describe_result4(event, result);
	submit_event(event);
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
	struct pending *pending;

	if (!route4_has_several(route))
		return 0;
	count_choice(&key, &select4_cache);
	pending = this_cpu_pending();
	if (!is_waiting_for(pending, result))
		return 0;
	describe_nexthop(&pending->route, result->nhc);
	return output_pending(pending);
}
