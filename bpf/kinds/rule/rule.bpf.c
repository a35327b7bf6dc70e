/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Rule lookups, IPv4 and IPv6: one walk of the rule list for one flow, by the rule that decided. A namespace that never
 * had a rule of its own does not walk for IPv4 at all.
 */

#include "event.h"

struct cache_map rule_cache SEC(".maps");

struct rule {
	const struct flowi *flow;
	struct net *net;
	const struct fib_rule *decided; /* 0 if none did */
	const void *result;		/* of the table lookups on the way */
	__u32 decision;
};

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

static __always_inline void describe_rule(struct ts_event *head, const struct ts_key *key, const void *of)
{
	struct ts_rule_event *event = (struct ts_rule_event *)head;
	const struct rule *lookup = of;

	if (key->family == TS_IPV4)
		describe_flow4(&event->flow, &lookup->flow->u.ip4, lookup->net);
	else
		describe_flow6(&event->flow, &lookup->flow->u.ip6, lookup->net);
	event->head.decision = lookup->decision;
	event->table = key->words[TS_RULE_TABLE];
	event->priority = key->words[TS_RULE_PRIORITY];
	event->uid_last = 0xffffffff;
	if (key->code)
		describe_selectors(event, lookup->decided, key->family);
}

/* Stays behind a lookup of several nexthops by these very rules that still waits for its choice. */
static __always_inline bool hold_rule(const struct ts_key *key, __u32 listeners, const void *of)
{
	struct pending *pending = this_cpu_pending();
	const struct rule *lookup = of;

	if (!pending || !pending->waiting)
		return false;
	if (key->family == TS_IPV4 && is_waiting_for(pending, lookup->result) && !pending->has_rule) {
		begin_event(&pending->rule.head, sizeof(pending->rule), key, listeners, lookup->net);
		describe_rule(&pending->rule.head, key, lookup);
		__sync_lock_test_and_set(&pending->has_rule, 1);
		return true;
	}
	output_pending(pending);
	return false;
}

static __always_inline int finish_rule(struct ts_key *key, struct rule *lookup)
{
	struct subject subject;

	count(key, &rule_cache);
	if (!shared.listeners)
		return 0;
	if (key->family == TS_IPV4)
		ask_by_flow4(&subject, key->words[TS_RULE_TABLE], &lookup->flow->u.ip4);
	else
		ask_by_flow6(&subject, key->words[TS_RULE_TABLE], &lookup->flow->u.ip6);
	/* Also if nobody is told of the walk itself: it ends what tables were told of. */
	lookup->decision = ended_decision(lookup->flow, asked_by(&lookup->flow->u.ip4.__fl_common, subject.dst));
	return tell(key, &subject, lookup->net, sizeof(struct ts_rule_event), hold_rule, describe_rule, lookup);
}

SEC("fexit/fib_rules_lookup")
int BPF_PROG(rule_trampoline, struct fib_rules_ops *ops, struct flowi *flow, int flags, struct fib_lookup_arg *arg,
	     int ret)
{
	struct rule lookup = { .flow = flow, .net = ops->fro_net, .decided = arg->rule, .result = arg->result };
	struct ts_key key = {
		.kind = TS_KIND_rule,
		.error = -ret,
	};

	/* Multicast routing keeps rules of its own, under families 128 and 129. */
	if (ops->family == AF_INET)
		key.family = TS_IPV4;
	else if (ops->family == AF_INET6)
		key.family = TS_IPV6;
	else
		return 0;
	if (ret != -ESRCH && lookup.decided) {
		key.words[TS_RULE_TABLE] = lookup.decided->l3mdev ? arg->table : lookup.decided->table;
		key.words[TS_RULE_PRIORITY] = lookup.decided->pref;
		key.code = lookup.decided->action;
	}
	key.netns = lookup.net->net_cookie;
	return finish_rule(&key, &lookup);
}
