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

/* More tables than this are not asked in a walk that ends well soon enough to matter. */
#define LONGEST_CHAIN 64

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

/*
 * Entries looked at for a dropped packet. Lists are dropped in order, and packets with different answers as soon as the
 * next one's is known, so that its own are among the last ones, or those behind the last packet's.
 */
#define MOST_PASSED 32

/* A packet that is dropped for want of a route, or as it has no way back. */
struct dropped {
	struct unowned_ring *ring;
	__u64 net;    /* address */
	__u64 number; /* that of the entry looked at next */
	__u64 after;  /* entries up to this number are not the packet's */
	__u64 found;  /* number of the last entry of the packet's own chain, 0 while looking for it */
	__u64 left;   /* 1: an entry that was passed waits for another packet */
	__u64 flow;   /* of that chain */
	__u32 src;    /* as the lookup had them */
	__u32 dst;
	__u32 iif;
	__u32 table;   /* of the first entry of that chain */
	__u32 any_iif; /* 1: the source check asks as if from another device, the one the packet would leave by */
};

static __always_inline bool is_asked_by(const struct dropped *packet, const struct unowned *entry)
{
	return entry->number == packet->number && entry->dst == packet->dst && entry->src == packet->src &&
	       (entry->iif == packet->iif || packet->any_iif);
}

static long look_for_own(__u32 step, struct dropped *packet)
{
	const struct unowned *entry;

	if (!packet->ring || packet->number <= packet->after)
		return 1;
	entry = entry_of(packet->ring, packet->number);
	if (is_asked_by(packet, entry)) {
		packet->found = packet->number;
		packet->flow = entry->flow;
		return 1;
	}
	if (entry->number == packet->number && entry->iif > LOOPBACK_IFINDEX)
		packet->left = 1;
	packet->number--;
	return 0;
}

static long resolve_own(__u32 step, struct dropped *packet)
{
	struct unowned entry;
	const struct unowned *at;

	if (!packet->ring)
		return 1;
	at = entry_of(packet->ring, packet->number);
	if (at->flow != packet->flow || !is_asked_by(packet, at))
		return 1;
	if (take_unowned(packet->ring, packet->number, &entry))
		finish_unowned(&entry, packet->net, BY_DROP);
	packet->number--;
	return 0;
}

/*
 * From the last entry back: what the packet's ICMP error asked for: a way to the sender, what kind of address each of the two
 * is, and with IPsec the packet's own way once more.
 */
static long resolve_error(__u32 step, struct dropped *packet)
{
	struct unowned entry;
	const struct unowned *at;

	if (!packet->ring || packet->number <= packet->after)
		return 1;
	at = entry_of(packet->ring, packet->number);
	if (at->number == packet->number) {
		if (at->iif > LOOPBACK_IFINDEX) {
			packet->left = 1;
			return 1;
		}
		if (at->dst == packet->src || (at->dst == packet->dst && (!at->src || at->src == packet->src))) {
			if (take_unowned(packet->ring, packet->number, &entry))
				finish_unowned(&entry, packet->net, BY_DROP);
		}
	}
	packet->number--;
	return 0;
}

/* To the last entry of the walk through the tables that begins where the packet is looked for first. */
static long follow_walk(__u32 step, struct dropped *packet)
{
	const struct unowned *at;

	if (!packet->ring)
		return 1;
	packet->number++;
	at = entry_of(packet->ring, packet->number);
	if (at->flow == packet->flow && at->table != packet->table && is_asked_by(packet, at))
		return 0;
	packet->number--;
	return 1;
}

/* Begins with the entry behind the last packet's if that is the packet's own, else with the last one. */
static __always_inline void choose_first(struct unowned_ring *ring, struct dropped *packet)
{
	const struct unowned *likely;

	packet->number = ring->likely;
	likely = entry_of(ring, packet->number);
	if (packet->number > ring->newest || packet->number <= packet->after || !is_asked_by(packet, likely)) {
		packet->number = ring->newest;
		return;
	}
	packet->flow = likely->flow;
	packet->table = likely->table;
	bpf_loop(LONGEST_CHAIN, follow_walk, packet, 0);
}

static __noinline int resolve_by_drop(struct dropped *packet)
{
	struct unowned_ring *ring = packet->ring;
	__u64 newest, first;

	if (!ring)
		return 0;
	newest = ring->newest;
	choose_first(ring, packet);
	bpf_loop(MOST_PASSED, look_for_own, packet, 0);
	first = packet->number;
	if (packet->found) {
		packet->number = packet->found;
		bpf_loop(LONGEST_CHAIN, resolve_own, packet, 0);
		first = packet->number;
		ring->likely = packet->found + 1;
	}
	packet->after = packet->found > ring->at_drop ? packet->found : ring->at_drop;
	packet->number = newest;
	bpf_loop(MOST_PASSED, resolve_error, packet, 0);
	if (!packet->left && first <= ring->done)
		ring->done = newest;
	ring->at_drop = newest;
	return 0;
}

/* The addresses of the packet's IPv4 header; false if it has none. */
static __always_inline bool read_addresses4(const struct sk_buff *skb, __u32 *src, __u32 *dst)
{
	struct {
		__u8 version; /* and header length */
		__u8 rest[11];
		__u32 src;
		__u32 dst;
	} header;

	if (skb->protocol != __builtin_bswap16(ETH_P_IP) ||
	    bpf_probe_read_kernel(&header, sizeof(header), skb->head + skb->network_header) || header.version >> 4 != 4)
		return false;
	*src = header.src;
	*dst = header.dst;
	return true;
}

/* Every packet the kernel gives up. Since 5.17 with the reason. */
SEC("tp_btf/kfree_skb")
int BPF_PROG(drop4, struct sk_buff *skb, void *location, enum skb_drop_reason reason)
{
	struct unowned_ring *ring = this_cpu_unowned();
	struct dropped packet = { .ring = ring };
	struct net_device *dev;
	__u64 dst;

	if (!ring || ring->done == ring->newest)
		return 0;
	packet.after = ring->done;
	dst = skb->_skb_refdst & ~1ULL;
	if (dst) {
		if (!FOLLOW((struct dst_entry *)dst, struct dst_entry, error) ||
		    !read_addresses4(skb, &packet.src, &packet.dst))
			return 0;
		/* Packets that follow each other in a list may share an answer, for which only the first has asked. */
		if (dst == ring->dst)
			packet.after = ring->at_drop;
		ring->dst = dst;
	} else {
		if (reason != bpf_core_enum_value(enum skb_drop_reason, SKB_DROP_REASON_IP_RPFILTER) ||
		    !read_addresses4(skb, &packet.dst, &packet.src))
			return 0;
		/* It is dropped at once: the check is the CPU's last miss. */
		packet.after = ring->newest - 1;
		packet.any_iif = 1;
	}
	dev = skb->dev;
	if (!dev)
		return 0;
	packet.net = (__u64)checked_net(BPF_CORE_READ(dev, nd_net.net));
	packet.iif = dev->ifindex;
	return packet.net ? resolve_by_drop(&packet) : 0;
}

struct unowned_walk {
	struct unowned_ring *ring;
	__u64 number;
	__u64 newest;
	__u64 waits; /* number of the first entry that still waits, 0 if none does */
	__u32 now;   /* jiffies */
};

static long give_up_entry(__u32 step, struct unowned_walk *walk)
{
	struct unowned entry;
	const struct unowned *at;

	if (!walk->ring || walk->number > walk->newest)
		return 1;
	at = entry_of(walk->ring, walk->number);
	if (at->number == walk->number) {
		if (walk->now - at->since < LONGEST_UNOWNED) {
			if (!walk->waits)
				walk->waits = walk->number;
		} else if (take_unowned(walk->ring, walk->number, &entry)) {
			finish_unowned(&entry, 0, BY_GIVING_UP);
		}
	}
	walk->number++;
	return 0;
}

static long give_up_cpu(__u32 cpu, void *unused)
{
	struct unowned_walk walk = { .now = bpf_jiffies64() };
	__u32 zero = 0;

	walk.ring = bpf_map_lookup_percpu_elem(&unowned_misses, &zero, cpu);
	if (!walk.ring)
		return 1;
	walk.newest = *(volatile __u64 *)&walk.ring->newest;
	walk.number = walk.ring->settled + 1;
	if (walk.number > walk.newest)
		return 0;
	bpf_loop(UNOWNED_ENTRIES, give_up_entry, &walk, 0);
	walk.ring->settled = walk.waits ? walk.waits - 1 : walk.newest;
	return 0;
}

/* Run by user space before it reads counters, and from time to time while somebody listens. */
SEC("raw_tp/tablesnoop_give_up")
int give_up(void *unused)
{
	bpf_loop(settings.possible_cpus, give_up_cpu, 0, 0);
	return 0;
}

#endif
