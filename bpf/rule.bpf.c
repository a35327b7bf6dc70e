/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Rule lookups, IPv4 and IPv6: one walk of the rule list for one flow, by the rule that decided. A namespace that never
 * had a rule of its own does not walk for IPv4 at all.
 */

SEC("fexit/fib_rules_lookup")
int BPF_PROG(rule_trampoline, struct fib_rules_ops *ops, struct flowi *flow, int flags, struct fib_lookup_arg *arg,
	     int ret)
{
	const struct fib_rule *rule;
	struct ts_key key = {
		.kind = TS_RULE,
	};

	/* Multicast routing keeps rules of its own, under families 128 and 129. */
	if (ops->family == AF_INET)
		key.family = TS_IPV4;
	else if (ops->family == AF_INET6)
		key.family = TS_IPV6;
	else
		return 0;
	key.netns = ops->fro_net->net_cookie;
	key.error = -ret;
	rule = arg->rule;
	if (ret != -ESRCH && rule) {
		key.priority = rule->pref;
		key.action = rule->action;
		key.table = rule->l3mdev ? arg->table : rule->table;
	}
	count(&key, &rule_cache);
	return 0;
}
