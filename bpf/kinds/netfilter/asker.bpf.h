/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Which question of netfilter a route lookup is made for; for events alone. The question and its lookups run on one stack, on which
 * no other comes in between: a task's, or that of a CPU's softirqs, which may interrupt it. Without the collector the verifier takes
 * all of this out.
 */
#ifndef TABLESNOOP_NETFILTER_ASKER_BPF_H
#define TABLESNOOP_NETFILTER_ASKER_BPF_H

#include "event.h"

/* By number of the stack, to TS_BY(): those under way. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1); /* * */
	__type(key, __u64);
	__type(value, __u32);
} netfilter_questions SEC(".maps");

static __always_inline bool counts_netfilter(void)
{
	return settings.kinds & 1U << TS_KIND_netfilter;
}

/* `on_it`: an address on the stack. By helper, as the verifier takes no pointer for a number. */
static __always_inline __u64 stack_of(const void *on_it)
{
	__u64 address = 0;

	bpf_probe_read_kernel(&address, sizeof(address), &on_it);
	return address / THREAD_SIZE;
}

/* The program's own arguments lie on the stack that is in use. */
static __always_inline void open_question(const void *ctx, __u32 by)
{
	__u64 stack = stack_of(ctx);

	if (shared.listeners)
		bpf_map_update_elem(&netfilter_questions, &stack, &by, BPF_ANY);
}

static __always_inline void close_question(const void *ctx)
{
	__u64 stack = stack_of(ctx);

	bpf_map_delete_elem(&netfilter_questions, &stack);
}

/* 0: the lookup is not netfilter's. Whoever looks up a route keeps its flow on the stack. */
static __noinline __u32 netfilter_asker(const void *flow)
{
	__u64 stack;
	__u32 *by;

	if (!counts_netfilter())
		return 0;
	stack = stack_of(flow);
	by = bpf_map_lookup_elem(&netfilter_questions, &stack);
	return by ? *by : 0;
}

#endif
