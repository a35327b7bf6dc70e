/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * IPv4 misses of which it is not known yet whose they are: those that packets, timers and kernel threads cause. They wait on
 * their CPU for what the kernel does next there, so that packets that do not fail pay for nothing. tracepoint backend only.
 *
 * - The same flow is found in another table: that names the namespace.
 * - The packet is dropped, as it has no route. Its addresses and its device are those of the lookup. An ICMP error is sent
 *   before; what that asks for in vain, after the packet's own lookup, belongs to the same namespace.
 * - The packet is dropped by the reverse path filter: the same with the addresses swapped.
 *
 * Receivers of lists ask for the routes of many packets before the first of them is dropped, so many can wait. What nothing
 * has resolved within some ten milliseconds, or until there is no room, is of an unknown namespace, never guessed.
 */
#ifndef TABLESNOOP_UNOWNED_BPF_H
#define TABLESNOOP_UNOWNED_BPF_H

struct unowned {
	__u64 number; /* from 1 in the order of the CPU's misses, 0 if nothing waits here; written last */
	__u64 flow;   /* address: the lookups of one walk through the tables have the same */
	__u64 time;   /* ns, CLOCK_MONOTONIC; 0 without listeners */
	__u32 since;  /* jiffies */
	__u32 src;
	__u32 dst;
	__u32 iif;
	__u32 oif;
	__u32 mark;
	__u32 table;
	__u8 error;
	__u8 dscp;
	__u8 protocol;
	__u8 reserved;
};

/* A batch of the kernel's is 64 packets; with rules each may miss in a few tables. */
#define UNOWNED_BITS 8
#define UNOWNED_ENTRIES (1 << UNOWNED_BITS)

/*
 * The CPU's own programs write here, of which one can interrupt another, and give_up() from any CPU. An entry belongs to who
 * exchanges its number for 0. Only route4_tracepoint puts entries in.
 */
struct unowned_ring {
	__u64 newest;	   /* number of the last entry */
	__u64 settled;	   /* nothing waits up to this number; for give_up() */
	__u64 done;	   /* nothing waits up to this number that a drop could tell of */
	__u64 newest_flow; /* of the last entry; 0 after a lookup that found */
	__u64 likely;	   /* number of the entry behind the one a drop resolved last: batches are dropped in order */
	__u64 at_drop;	   /* `newest` at the last drop for want of a route, and that packet's dst */
	__u64 dst;
	__u64 found_in; /* namespace of the last hit that resolved: what went through a map is a number to the verifier */
	struct unowned entry[UNOWNED_ENTRIES];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct unowned_ring);
} unowned_misses SEC(".maps");

/* Jiffies after which nothing resolves an entry any more. A softirq takes at most two, or 2 ms. */
#define LONGEST_UNOWNED 10

struct cache_map drop4_cache SEC(".maps");

static __always_inline struct unowned_ring *this_cpu_unowned(void)
{
	return this_cpu_entry(&unowned_misses);
}

static __always_inline struct unowned *entry_of(struct unowned_ring *ring, __u64 number)
{
	return &ring->entry[number & (UNOWNED_ENTRIES - 1)];
}

/* Copies the entry and takes it out. False if somebody else did, or it is another one by now. */
static __always_inline bool take_unowned(struct unowned_ring *ring, __u64 number, struct unowned *copy)
{
	struct unowned *entry = entry_of(ring, number);

	*copy = *entry;
	return copy->number == number && __sync_val_compare_and_swap(&entry->number, number, 0) == number;
}

/* What the functions below hand over. */
struct unowned_miss {
	const struct unowned *entry;
	struct net *net;
};

/* Who found out whose a miss is, or that nobody will. */
enum settler { BY_GIVING_UP, BY_LOOKUP, BY_DROP };

static __always_inline void describe_unowned(struct ts_event *head, const struct ts_key *key, const void *of)
{
	struct ts_route_event *event = (struct ts_route_event *)head;
	const struct unowned_miss *miss = of;
	const struct unowned *entry = miss->entry;

	head->time = entry->time;
	describe_devices(&event->flow, entry->iif, entry->oif, miss->net);
	event->flow.mark = entry->mark;
	event->flow.protocol = entry->protocol;
	event->flow.dscp = entry->dscp;
	event->flow.src[0] = entry->src;
	event->flow.dst[0] = entry->dst;
	event->table = entry->table;
}

/*
 * Counts a miss that was taken out. `netns` is the address of its namespace, 0 if that is unknown. Not static, so that it is
 * verified once and not for each way that leads here.
 */
__noinline int finish_unowned(const struct unowned *entry, __u64 netns, enum settler settler)
{
	struct net *net = (struct net *)netns;
	struct ts_key key = { .kind = TS_KIND_route, .family = TS_IPV4 };
	struct unowned_miss miss = { .entry = entry, .net = net };
	struct subject subject = { .has = TS_MATCH_TABLE | TS_MATCH_ADDRESSES };
	__u32 destination[4] = {};
	__u64 nth;

	if (!entry)
		return 0;
	key.netns = net ? FOLLOW(net, struct net, net_cookie) : TS_NETNS_UNKNOWN;
	key.words[TS_ROUTE_TABLE] = entry->table;
	key.error = entry->error;
	subject.table = entry->table;
	subject.src[0] = entry->src;
	subject.dst[0] = entry->dst;
	destination[0] = entry->dst;
	if (settler == BY_DROP)
		nth = count_with_others(&key, &drop4_cache);
	else
		nth = settler == BY_LOOKUP ? count_with_others(&key, &route4_cache) : count_rarely(&key);
	if (is_sampled(&key, nth))
		count_destination(&key, destination);
	/* Whoever listens since the miss has not asked for it. */
	if (!shared.listeners || !entry->time)
		return 0;
	return tell(&key, &subject, net, sizeof(struct ts_route_event), 0, describe_unowned, &miss);
}

static __noinline int forget_oldest(struct unowned_ring *ring, __u64 number)
{
	struct unowned entry;

	if (ring && take_unowned(ring, number, &entry))
		finish_unowned(&entry, 0, BY_LOOKUP);
	return 0;
}

/* Lets a miss wait for what follows it on this CPU. */
static __always_inline int let_wait(struct unowned_ring *ring, const struct flowi4 *flow, __u32 table, __u8 error)
{
	__u64 number = ring->newest + 1;
	struct unowned *entry = entry_of(ring, number);

	if (entry->number)
		forget_oldest(ring, number - UNOWNED_ENTRIES);
	if (number - ring->settled > UNOWNED_ENTRIES)
		ring->settled = number - UNOWNED_ENTRIES;
	entry->flow = (__u64)flow;
	entry->time = shared.listeners ? bpf_ktime_get_ns() : 0;
	entry->since = bpf_jiffies64();
	entry->src = flow->saddr;
	entry->dst = flow->daddr;
	entry->iif = flow->__fl_common.flowic_iif;
	entry->oif = flow->__fl_common.flowic_oif;
	entry->mark = flow->__fl_common.flowic_mark;
	entry->table = table;
	entry->error = error;
	entry->dscp = tos_of(&flow->__fl_common) >> 2;
	entry->protocol = flow->__fl_common.flowic_proto;
	barrier();
	entry->number = number;
	ring->newest_flow = (__u64)flow;
	ring->newest = number;
	return 0;
}

/* More tables than this are not asked in a walk that ends well soon enough to matter. */
#define LONGEST_CHAIN 64

#endif
