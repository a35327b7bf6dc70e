/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Rule lookups, IPv4 and IPv6: one walk of the rule list for one flow, by the rule that decided. A namespace that never
 * had a rule of its own does not walk for IPv4 at all.
 */

static __always_inline void describe_selectors(struct ts_rule_event *event, const struct fib_rule *rule, __u8 family)
{
	const struct fib4_rule *rule4 = (const struct fib4_rule *)rule;
	const struct fib6_rule *rule6 = (const struct fib6_rule *)rule;

	event->mark = BPF_CORE_READ(rule, mark);
	event->mark_mask = BPF_CORE_READ(rule, mark_mask);
	event->uid_first = BPF_CORE_READ(rule, uid_range.start.val);
	event->uid_last = BPF_CORE_READ(rule, uid_range.end.val);
	event->l3mdev = BPF_CORE_READ(rule, l3mdev);
	bpf_probe_read_kernel_str(event->iif, sizeof(event->iif), rule->iifname);
	bpf_probe_read_kernel_str(event->oif, sizeof(event->oif), rule->oifname);
	if (family == TS_IPV4) {
		event->from[0] = BPF_CORE_READ(rule4, src);
		event->from_length = BPF_CORE_READ(rule4, src_len);
		event->to[0] = BPF_CORE_READ(rule4, dst);
		event->to_length = BPF_CORE_READ(rule4, dst_len);
		event->tos = BPF_CORE_READ(rule4, dscp);
	} else {
		BPF_CORE_READ_INTO(&event->from, rule6, src.addr.in6_u.u6_addr32);
		event->from_length = BPF_CORE_READ(rule6, src.plen);
		BPF_CORE_READ_INTO(&event->to, rule6, dst.addr.in6_u.u6_addr32);
		event->to_length = BPF_CORE_READ(rule6, dst.plen);
		event->tos = BPF_CORE_READ(rule6, dscp);
	}
}

static __always_inline void describe_rule(struct ts_rule_event *event, const struct ts_key *key, __u32 listeners,
					  const struct flowi *flow, const struct addresses *addresses, struct net *net,
					  const struct fib_rule *rule)
{
	__builtin_memset(event, 0, sizeof(*event));
	begin_event(&event->event, key, listeners, net);
	event->event.priority = key->priority;
	event->uid_last = 0xffffffff;
	if (key->family == TS_IPV4)
		describe_flow4(&event->event, &flow->u.ip4, net);
	else
		describe_flow6(&event->event, &flow->u.ip6, addresses, net);
	if (key->action)
		describe_selectors(event, rule, key->family);
}

SEC("fexit/fib_rules_lookup")
int BPF_PROG(rule_trampoline, struct fib_rules_ops *ops, struct flowi *flow, int flags, struct fib_lookup_arg *arg,
	     int ret)
{
	struct addresses addresses = {};
	struct ts_rule_event *event;
	const struct fib_rule *rule;
	struct pending *pending;
	struct ts_key key = {
		.kind = TS_RULE,
	};
	__u32 listeners;
	struct net *net;

	/* Multicast routing keeps rules of its own, under families 128 and 129. */
	if (ops->family == AF_INET)
		key.family = TS_IPV4;
	else if (ops->family == AF_INET6)
		key.family = TS_IPV6;
	else
		return 0;
	net = ops->fro_net;
	key.netns = net->net_cookie;
	key.error = -ret;
	rule = arg->rule;
	if (ret != -ESRCH && rule) {
		key.priority = rule->pref;
		key.action = rule->action;
		key.table = rule->l3mdev ? arg->table : rule->table;
	}
	count(&key, &rule_cache);

	if (!shared.listeners)
		return 0;
	if (key.family == TS_IPV4)
		addresses_of_flow4(&addresses, &flow->u.ip4);
	else
		addresses_of_flow6(&addresses, &flow->u.ip6);
	listeners = wanted_by(&key, &addresses);
	if (!listeners)
		return 0;
	pending = this_cpu_pending();
	if (pending && pending->waiting) {
		/* A lookup of several nexthops by these rules still waits for its choice: stay behind it. */
		if (key.family == TS_IPV4 && is_waiting_for(pending, arg->result) && !pending->has_rule) {
			describe_rule(&pending->rule, &key, listeners, flow, &addresses, net, rule);
			__sync_lock_test_and_set(&pending->has_rule, 1);
			return 0;
		}
		output_pending(pending);
	}
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		return lose(listeners);
	describe_rule(event, &key, listeners, flow, &addresses, net, rule);
	submit_event(&event->event);
	return 0;
}
