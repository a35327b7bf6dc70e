/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* The same flow is found in another table: that tells whose the misses before it are. */
#ifndef TABLESNOOP_UNOWNED_HIT_BPF_H
#define TABLESNOOP_UNOWNED_HIT_BPF_H

/* The chain of entries of one walk through the tables, from the last one back. */
struct chain {
	struct unowned_ring *ring;
	__u64 net;    /* address */
	__u64 number; /* that of the entry looked at next */
	__u64 flow;
	__u32 src;
	__u32 dst;
	__u32 iif;
	__u32 table; /* no walk asks a table twice */
};

static __always_inline bool is_of_chain(const struct chain *chain, const struct unowned *entry)
{
	return entry->number == chain->number && entry->flow == chain->flow && entry->dst == chain->dst &&
	       entry->src == chain->src && entry->iif == chain->iif && entry->table != chain->table;
}

static long resolve_found(__u32 step, struct chain *chain)
{
	struct unowned entry;

	if (!chain->ring || !is_of_chain(chain, entry_of(chain->ring, chain->number)))
		return 1;
	if (take_unowned(chain->ring, chain->number, &entry))
		finish_unowned(&entry, chain->net, BY_LOOKUP);
	chain->number--;
	return 0;
}

/* The flow of the last entries was found after all. */
static __noinline int resolve_by_hit(struct unowned_ring *ring, const struct flowi4 *flow, struct net *net, __u32 table)
{
	struct chain chain = { .ring = ring, .table = table };

	if (!ring || !flow)
		return 0;
	ring->found_in = (__u64)net;
	chain.net = *(volatile __u64 *)&ring->found_in;
	chain.number = ring->newest;
	chain.flow = (__u64)flow;
	chain.src = flow->saddr;
	chain.dst = flow->daddr;
	chain.iif = flow->__fl_common.flowic_iif;
	bpf_loop(LONGEST_CHAIN, resolve_found, &chain, 0);
	if (chain.number <= ring->done)
		ring->done = ring->newest;
	return 0;
}

/* To be called for every lookup that found. */
static __always_inline void note_hit(const struct flowi4 *flow, struct net *net, __u32 table)
{
	struct unowned_ring *ring;

	if (!shared.several_netns)
		return;
	ring = this_cpu_unowned();
	if (!ring || ring->newest_flow != (__u64)flow)
		return;
	ring->newest_flow = 0;
	resolve_by_hit(ring, flow, net, table);
}

#endif
