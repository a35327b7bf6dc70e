/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Which lookups the kernel made for one decision, for events alone: nothing here runs for a lookup that nobody is told of. What
 * is in one decision has the address of its flow in common, which no other has meanwhile. Without rules of one's own the
 * tables are known; else the walk of the rules ends each, which takes the hook on that.
 *
 * A lookup that asks one table without regard to rules is a decision by itself. IPv4 shows which are; in IPv6 (VRF, SRv6) those
 * in a row for one destination look like a walk of the rules. So two in one table are taken for one decision if the first
 * missed, and for two if it found, though its rule may have suppressed that.
 */
#ifndef TABLESNOOP_DECISION_BPF_H
#define TABLESNOOP_DECISION_BPF_H

struct decision {
	__u64 asked; /* mixed from what no table changes in the flow */
	__u64 time;  /* ns, CLOCK_MONOTONIC: of the last lookup */
	__u32 number;
	__u32 table;	 /* asked last */
	__u32 is_missed; /* 1: it had no route */
	__u32 is_open;	 /* 1: another lookup may be of it */
};

/* By address of the flow: what is on its way on all CPUs, and for a while what was. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, struct decision);
} decisions SEC(".maps");

__u32 last_decision SEC(".data.decisions");

/* Longer than the kernel is ever held up between two tables, even on an emulated machine. */
#define LONGEST_DECISION_NS 100000000ULL

/* In which table the lookup before must have been, if it is to be of the same decision. */
#define AFTER_NONE 0
#define AFTER_ANY 0xffffffffU
#define AFTER_MISS_OR_OTHER 0xfffffffeU

static __always_inline bool may_follow(const struct decision *last, __u32 table, __u32 after)
{
	if (after == AFTER_ANY)
		return true;
	if (after == AFTER_MISS_OR_OTHER)
		return last->is_missed || last->table != table;
	return last->is_missed && last->table == after;
}

static __always_inline __u32 new_decision(void)
{
	__u32 number = __sync_fetch_and_add(&last_decision, 1) + 1;

	/* 0 is none. */
	return number ? number : __sync_fetch_and_add(&last_decision, 1) + 1;
}

static __always_inline bool is_going_on(const struct decision *decision, __u64 asked, __u64 now)
{
	return decision && decision->is_open && decision->asked == asked && now - decision->time < LONGEST_DECISION_NS;
}

/* The number of the decision that a lookup belongs to. Static, as the verifier takes no pointer for a number. */
static __noinline __u32 decision_of(const void *flow, __u64 asked, __u32 table, __u32 after, __u32 is_missed)
{
	struct decision *last = bpf_map_lookup_elem(&decisions, &flow);
	struct decision next = { .asked = asked, .table = table, .is_missed = is_missed, .is_open = 1 };

	next.time = bpf_ktime_get_ns();
	if (after != AFTER_NONE && is_going_on(last, asked, next.time) && may_follow(last, table, after))
		next.number = last->number;
	else
		next.number = new_decision();
	if (last)
		*last = next;
	else
		bpf_map_update_elem(&decisions, &flow, &next, BPF_ANY);
	return next.number;
}

/* The number of the decision that a walk of the rules ends. */
static __noinline __u32 ended_decision(const void *flow, __u64 asked)
{
	struct decision *last = bpf_map_lookup_elem(&decisions, &flow);

	if (!is_going_on(last, asked, bpf_ktime_get_ns()))
		return new_decision();
	last->is_open = 0;
	return last->number;
}

/* The source may be chosen on the way. */
static __always_inline __u64 asked_by(const struct flowi_common *flow, const __u32 dst[4])
{
	__u64 mixed = ((__u64)dst[0] << 32 | dst[1]) * 0x9e3779b97f4a7c15ULL;

	mixed = (mixed ^ ((__u64)dst[2] << 32 | dst[3])) * 0xff51afd7ed558ccdULL;
	return mixed ^ ((__u64)flow->flowic_iif << 32 | flow->flowic_mark);
}

/* 0: it cannot be told. `net` may be 0. */
static __always_inline __u32 decision4(const struct ts_key *key, const struct flowi4 *flow, struct net *net,
				       __u32 table)
{
	__u32 dst[4] = { flow->daddr }, after = AFTER_NONE;

	if (!net)
		return 0;
	if (bpf_core_field_exists(net->ipv4.fib_has_custom_rules) && BPF_CORE_READ(net, ipv4.fib_has_custom_rules)) {
		if (!shared.sees_rules)
			return 0;
		/* Who asks a table without regard to rules comes from no device, not even lo. */
		if (flow->__fl_common.flowic_iif)
			after = AFTER_ANY;
	} else if (table == RT_TABLE_DEFAULT) {
		after = RT_TABLE_MAIN;
	}
	return decision_of(flow, asked_by(&flow->__fl_common, dst), table, after, key->error == EAGAIN);
}

static __always_inline __u32 decision6(const struct ts_key *key, const struct flowi6 *flow, struct net *net,
				       __u32 table)
{
	__u32 dst[4], after = AFTER_NONE;

	if (bpf_core_field_exists(net->ipv6.fib6_has_custom_rules) && BPF_CORE_READ(net, ipv6.fib6_has_custom_rules)) {
		if (!shared.sees_rules)
			return 0;
		after = AFTER_MISS_OR_OTHER;
	} else if (table == RT_TABLE_MAIN) {
		after = RT_TABLE_LOCAL;
	}
	BPF_CORE_READ_INTO(&dst, flow, daddr.in6_u.u6_addr32);
	return decision_of(flow, asked_by(&flow->__fl_common, dst), table, after, key->error == EAGAIN);
}

#endif
