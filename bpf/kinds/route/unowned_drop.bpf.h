/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* The packet is dropped, for want of a route or of a way back: that tells whose its misses are. */
#ifndef TABLESNOOP_UNOWNED_DROP_BPF_H
#define TABLESNOOP_UNOWNED_DROP_BPF_H

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

#endif
