/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * IPv6 table lookups by the tracepoint, in both backends: it carries namespace, table and result, and fires at sites the
 * function fib6_table_lookup() misses. It cannot see which of several nexthops is taken.
 */

struct cache_map route6_cache SEC(".maps");
struct cache_map select6_cache SEC(".maps");

/* The tracepoint has no errno: give each reject route the one the caller will get. A miss is EAGAIN, as in IPv4. */
static __always_inline __u8 reject_error(__u8 type)
{
	switch (type) {
	case RTN_BLACKHOLE: return EINVAL;
	case RTN_PROHIBIT: return EACCES;
	case RTN_THROW: return EAGAIN;
	case RTN_UNREACHABLE: return EHOSTUNREACH;
	default: return ENETUNREACH;
	}
}

/* The destination of a failed lookup, which is the nth of its key on this CPU. */
static __always_inline void count_destination6(const struct ts_key *key, __u64 nth, const struct flowi6 *flow)
{
	__u32 destination[4];

	if (!is_sampled(key, nth))
		return;
	BPF_CORE_READ_INTO(&destination, flow, daddr.in6_u.u6_addr32);
	count_destination(key, destination);
}

struct route6 {
	const struct net *net;
	const struct fib6_result *result;
	const struct flowi6 *flow;
};

static __always_inline void describe_prefix6(struct ts_route_event *event, const struct fib6_info *route)
{
	BPF_CORE_READ_INTO(&event->prefix, route, fib6_dst.addr.in6_u.u6_addr32);
	event->prefix_length = route->fib6_dst.plen;
	event->flags |= TS_HAS_PREFIX;
}

/* A struct rt6_info keeps the gateway of its nexthop, all zero if there is none, and the device. */
static __always_inline void describe_chosen6(struct ts_route_event *event, struct net_device *egress,
					     struct rt6_info *chosen)
{
	BPF_CORE_READ_INTO(&event->gateway, chosen, rt6i_gateway.in6_u.u6_addr32);
	if (event->gateway[0] | event->gateway[1] | event->gateway[2] | event->gateway[3]) {
		event->flags |= TS_HAS_GATEWAY;
		event->gateway_family = TS_IPV6;
	}
	__builtin_memset(event->head.device, 0, sizeof(event->head.device));
	bpf_probe_read_kernel_str(event->head.device, sizeof(event->head.device), egress->name);
	event->flags &= ~TS_MULTIPATH;
}

static __always_inline void describe_route6(struct ts_event *head, const struct ts_key *key, const void *of)
{
	struct ts_route_event *event = (struct ts_route_event *)head;
	const struct route6 *lookup = of;
	const struct fib6_result *result = lookup->result;

	describe_flow6(&event->flow, lookup->flow, (struct net *)lookup->net);
	event->table = key->words[TS_ROUTE_TABLE];
	event->head.decision = decision6(key, lookup->flow, (struct net *)lookup->net, event->table);
	event->by = netfilter_asker(lookup->flow);
	if (result->f6i != lookup->net->ipv6.fib6_null_entry) {
		event->head.code = result->fib6_type;
		describe_prefix6(event, result->f6i);
	}
	if (has_several(key))
		describe_multipath(event);
	else if (!key->error)
		describe_nexthop(event, &result->nh->nh_common);
}

static __always_inline void describe_encapped6(struct ts_event *head, const struct ts_key *key, const void *of)
{
	const struct route6 *lookup = of;
	__u64 tunnel = tunnel_of(key, &lookup->result->nh->nh_common);

	describe_route6(head, key, lookup);
	describe_encap((struct ts_encapped_route_event *)head, tunnel, (struct net *)lookup->net);
}

static __always_inline bool hold_route6(const struct ts_key *key, __u32 listeners, const void *of)
{
	const struct route6 *lookup = of;

	flush_pending();
	return has_several(key) && shared.sees_choice6 &&
	       wait_for_choice(lookup->flow, key, listeners, (struct net *)lookup->net, describe_route6, lookup);
}

static __always_inline int finish_route6(struct ts_key *key, const struct route6 *lookup)
{
	__u64 nth = count(key, &route6_cache);
	struct subject subject;

	if (key->error)
		count_destination6(key, nth, lookup->flow);
	if (!shared.listeners)
		return 0;
	ask_by_flow6(&subject, key->words[TS_ROUTE_TABLE], lookup->flow);
	if (tunnel_of(key, &lookup->result->nh->nh_common))
		return tell(key, &subject, (struct net *)lookup->net, sizeof(struct ts_encapped_route_event),
			    hold_route6, describe_encapped6, lookup);
	return tell(key, &subject, (struct net *)lookup->net, sizeof(struct ts_route_event), hold_route6,
		    describe_route6, lookup);
}

SEC("tp_btf/fib6_table_lookup")
int BPF_PROG(route6_tracepoint, const struct net *net, const struct fib6_result *result, struct fib6_table *table,
	     const struct flowi6 *flow)
{
	struct route6 lookup = { .net = net, .result = result, .flow = flow };
	const struct fib6_info *route = result->f6i;
	struct ts_key key = {
		.netns = net->net_cookie,
		.words[TS_ROUTE_TABLE] = table->tb6_id,
		.kind = TS_KIND_route,
		.family = TS_IPV6,
	};

	/* The null entry looks like an unreachable route with a device: only its address tells a miss. */
	if (route == net->ipv6.fib6_null_entry) {
		key.error = EAGAIN;
	} else if (result->fib6_flags & RTF_REJECT) {
		key.code = result->fib6_type;
		key.error = reject_error(key.code);
	} else {
		key.words[TS_ROUTE_EGRESS] =
			route6_has_several(route) ? TS_EGRESS_MULTIPATH : result->nh->nh_common.nhc_dev->ifindex;
		count_encap(&key, &result->nh->nh_common, &route6_cache);
	}
	return finish_route6(&key, &lookup);
}

static __always_inline void count_selected6(__u64 netns, const struct fib6_info *route, const struct net_device *egress,
					    struct lwtunnel_state *tunnel)
{
	struct ts_key key = {
		.netns = netns,
		.words = { route->fib6_table->tb6_id, egress->ifindex },
		.kind = TS_KIND_route,
		.family = TS_IPV6,
		.code = TS_ROUTE_SELECTED,
	};

	count_again(&key, &select6_cache);
	count_tunnel(&key, (__u64)tunnel, &select6_cache);
}

/* trampoline backend: the choice among several nexthops. Seven arguments: 6.1 cannot attach here. */
SEC("fexit/fib6_select_path")
int BPF_PROG(select6_trampoline, const struct net *net, struct fib6_result *result, struct flowi6 *flow)
{
	const struct fib6_info *route = result->f6i;
	struct pending *pending;

	if (!route6_has_several(route))
		return 0;
	count_selected6(net->net_cookie, route, result->nh->nh_common.nhc_dev, result->nh->nh_common.nhc_lwtstate);
	pending = this_cpu_pending();
	if (!is_waiting_for(pending, flow))
		return 0;
	describe_nexthop(&pending->encapped.route, &result->nh->nh_common);
	describe_encap(&pending->encapped, (__u64)result->nh->nh_common.nhc_lwtstate, (struct net *)net);
	return output_pending(pending);
}

/* The same on kernels where the hook above cannot be attached; bpf_fib_lookup() does not pass here. */
SEC("fexit/ip6_pol_route")
int BPF_PROG(select6_fallback, struct net *net, struct fib6_table *table, int oif, struct flowi6 *flow,
	     const struct sk_buff *skb, int flags, struct rt6_info *ret)
{
	const struct fib6_info *route = ret->from;
	struct net_device *egress = ret->dst.dev;
	struct pending *pending;

	if (!route || !route6_has_several(route))
		return 0;
	count_selected6(net->net_cookie, route, egress, ret->dst.lwtstate);
	pending = this_cpu_pending();
	if (!is_waiting_for(pending, flow))
		return 0;
	describe_chosen6(&pending->encapped.route, egress, ret);
	describe_encap(&pending->encapped, (__u64)ret->dst.lwtstate, net);
	return output_pending(pending);
}
