/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* IPv4 table lookups, by either backend. Neither can tell a throw route from a table without a match. */

struct cache_map select4_cache SEC(".maps");

/* What the entries below hand over. */
struct route4 {
	const struct flowi4 *flow;
	struct net *net;
	const struct fib_nh_common *nhc;
	const struct fib_result *result; /* 0 by the tracepoint */
};

/* The destination of a failed lookup, which is the nth of its key on this CPU. */
static __always_inline void count_destination4(const struct ts_key *key, __u64 nth, const struct flowi4 *flow)
{
	__u32 destination[4] = {};

	if (!is_sampled(key, nth))
		return;
	destination[0] = flow->daddr;
	count_destination(key, destination);
}

static __always_inline void describe_route4(struct ts_event *head, const struct ts_key *key, const void *of)
{
	struct ts_route_event *event = (struct ts_route_event *)head;
	const struct route4 *lookup = of;

	describe_flow4(&event->flow, lookup->flow, lookup->net);
	event->table = key->words[TS_ROUTE_TABLE];
	event->head.decision = decision4(key, lookup->flow, lookup->net, event->table);
	event->by = netfilter_asker(lookup->flow);
	if (has_several(key))
		describe_multipath(event);
	else if (!key->error)
		describe_nexthop(event, lookup->nhc);
	if (!lookup->result || key->error)
		return;
	/* What the function's result says beyond the tracepoint. */
	event->head.code = lookup->result->type;
	event->prefix_length = lookup->result->prefixlen;
	event->prefix[0] = lookup->result->prefix;
	event->flags |= TS_HAS_PREFIX;
}

static __always_inline void describe_encapped4(struct ts_event *head, const struct ts_key *key, const void *of)
{
	const struct route4 *lookup = of;

	describe_route4(head, key, lookup);
	describe_encap((struct ts_encapped_route_event *)head, tunnel_of(key, lookup->nhc), lookup->net);
}

static __always_inline bool hold_route4(const struct ts_key *key, __u32 listeners, const void *of)
{
	const struct route4 *lookup = of;

	flush_pending();
	return has_several(key) &&
	       wait_for_choice(lookup->result, key, listeners, lookup->net, describe_route4, lookup);
}

/* `counted_by` is about misses. */
static __always_inline int finish_route4(struct ts_key *key, const struct route4 *lookup, enum counted_by counted_by,
					 hold_event hold)
{
	__u64 nth = key->error && counted_by == SEVERAL_PROGRAMS ? count_with_others(key, &route4_cache)
								 : count(key, &route4_cache);
	struct subject subject;

	if (key->error)
		count_destination4(key, nth, lookup->flow);
	if (!shared.listeners)
		return 0;
	ask_by_flow4(&subject, key->words[TS_ROUTE_TABLE], lookup->flow);
	if (tunnel_of(key, lookup->nhc))
		return tell(key, &subject, lookup->net, sizeof(struct ts_encapped_route_event), hold,
			    describe_encapped4, lookup);
	return tell(key, &subject, lookup->net, sizeof(struct ts_route_event), hold, describe_route4, lookup);
}

/*
 * tracepoint backend: fires once for each table lookup. It cannot see the namespace of a miss, which may have to wait until
 * that is known, nor which of several nexthops is taken.
 */
SEC("tp_btf/fib_table_lookup")
int BPF_PROG(route4_tracepoint, __u32 table, const struct flowi4 *flow, const struct fib_nh_common *nhc, int err)
{
	struct ts_key key = {
		.words[TS_ROUTE_TABLE] = table,
		.kind = TS_KIND_route,
		.family = TS_IPV4,
	};
	struct route4 lookup = { .flow = flow, .nhc = nhc };
	const struct net_device *dev;
	struct unowned_ring *ring;
	struct place place = {};

	/* Decide by err: some kernels let the verifier believe nhc is never NULL, and drop the check (6.5 and later). */
	if (err == 0 && nhc) {
		dev = nhc->nhc_dev;
		place.net = dev->nd_net.net;
		key.netns = place.net->net_cookie;
		key.words[TS_ROUTE_EGRESS] = nexthop4_has_several(nhc) ? TS_EGRESS_MULTIPATH : dev->ifindex;
		count_encap(&key, nhc, &route4_cache);
		note_hit(flow, place.net, table);
	} else {
		if (!find_place(&place, ctx, flow)) {
			ring = this_cpu_unowned();
			return ring ? let_wait(ring, flow, table, -err) : 0;
		}
		key.netns = place.netns;
		key.error = -err;
	}
	lookup.net = place.net;
	return finish_route4(&key, &lookup, SEVERAL_PROGRAMS, 0);
}

/* trampoline backend: the namespace is exact, of a miss too. */
SEC("fexit/fib_table_lookup")
int BPF_PROG(route4_trampoline, struct fib_table *table, const struct flowi4 *flow, struct fib_result *result,
	     int flags, int ret)
{
	struct ts_key key = {
		.words[TS_ROUTE_TABLE] = table->tb_id,
		.kind = TS_KIND_route,
		.family = TS_IPV4,
	};
	struct route4 lookup = { .flow = flow, .result = result };
	struct table_owner *owner;

	if (ret == 0) {
		lookup.nhc = result->nhc;
		lookup.net = result->fi->fib_net;
		key.netns = lookup.net->net_cookie;
		/* With an oif the kernel took the nexthop that leaves by it; there is no choice later. */
		if (route4_has_several(result->fi) && !flow->__fl_common.flowic_oif)
			key.words[TS_ROUTE_EGRESS] = TS_EGRESS_MULTIPATH;
		else
			key.words[TS_ROUTE_EGRESS] = result->nhc->nhc_dev->ifindex;
		count_encap(&key, result->nhc, &route4_cache);
	} else {
		owner = owner_of_table(table);
		if (owner) {
			key.netns = owner->cookie;
			lookup.net = (struct net *)owner->net;
		}
		key.error = -ret;
	}
	return finish_route4(&key, &lookup, ONE_PROGRAM, hold_route4);
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
		.words = { result->table->tb_id, result->nhc->nhc_dev->ifindex },
		.kind = TS_KIND_route,
		.family = TS_IPV4,
		.code = TS_ROUTE_SELECTED,
	};
	struct pending *pending;

	if (!route4_has_several(route))
		return 0;
	count_again(&key, &select4_cache);
	count_encap(&key, result->nhc, &select4_cache);
	pending = this_cpu_pending();
	if (!is_waiting_for(pending, result))
		return 0;
	describe_nexthop(&pending->encapped.route, result->nhc);
	describe_encap(&pending->encapped, (__u64)result->nhc->nhc_lwtstate, route->fib_net);
	return output_pending(pending);
}
