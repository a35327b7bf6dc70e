/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Packets for segment identifiers (SRv6) of this machine. One function of the kernel takes each, whatever the identifier does
 * with it, and answers 0 unless the packet is dropped. By then the packet is gone, so what is known of it is noted before. A
 * packet whose next segment is here too comes to the same function from inside of it. Softirqs are off.
 */

#include "../encap/encap.bpf.h"
#include "event.h"

/* Calls inside of one another that are noted; of those beyond only the number is. */
#define SRV6_CALLS 8

struct srv6_packet {
	__u64 net; /* struct net */
	__u32 src[4];
	__u32 dst[4];
	char device[16];
	__u32 action;
	__u32 has; /* TS_MATCH_ADDRESSES if it has those */
};

struct srv6_calls {
	__u32 depth;
	__u32 reserved;
	struct srv6_packet packets[SRV6_CALLS];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct srv6_calls);
} srv6_calls SEC(".maps");

struct cache_map srv6_cache SEC(".maps");

/* `depth` is below SRV6_CALLS. The verifier of 6.1 forgets that when the compiler spills it, so it is told again. */
static __always_inline struct srv6_packet *noted_at(struct srv6_calls *calls, __u32 depth)
{
	asm volatile("%0 &= %1" : "+r"(depth) : "i"(SRV6_CALLS - 1));
	return &calls->packets[depth];
}

static __always_inline void note_addresses(struct srv6_packet *packet, const struct sk_buff *skb)
{
	struct ipv6_header header;

	if (!read_ipv6_header(&header, network_header_of(skb)))
		return;
	__builtin_memcpy(packet->src, header.src, sizeof(packet->src));
	__builtin_memcpy(packet->dst, header.dst, sizeof(packet->dst));
	packet->has = TS_MATCH_ADDRESSES;
}

SEC("fentry/seg6_local_input")
int BPF_PROG(srv6_begins, struct sk_buff *skb)
{
	struct dst_entry *route = route_of_packet(skb);
	struct srv6_calls *calls = this_cpu_entry(&srv6_calls);
	struct srv6_packet *packet;
	struct net_device *dev;
	__u32 depth;

	if (!calls)
		return 0;
	depth = calls->depth++;
	if (depth >= SRV6_CALLS)
		return 0;
	packet = noted_at(calls, depth);
	dev = BPF_CORE_READ(skb, dev);
	packet->net = (__u64)net_of_device(dev);
	packet->action = action_of_sid((__u64)BPF_CORE_READ(route, lwtstate));
	packet->has = 0;
	if (shared.listeners) {
		BPF_CORE_READ_STR_INTO(&packet->device, dev, name);
		note_addresses(packet, skb);
	}
	return 0;
}

static __always_inline void describe_srv6(struct ts_event *head, const struct ts_key *key, const void *of)
{
	struct ts_srv6_event *event = (struct ts_srv6_event *)head;
	const struct srv6_packet *packet = of;

	__builtin_memcpy(event->head.device, packet->device, sizeof(packet->device));
	__builtin_memcpy(event->src, packet->src, sizeof(event->src));
	__builtin_memcpy(event->dst, packet->dst, sizeof(event->dst));
}

/* 0, a negative errno, or a queue's word for a drop. */
static __always_inline __u8 srv6_error(int answer)
{
	if (!answer)
		return 0;
	return answer < 0 && answer > -TS_SRV6_DROPPED ? -answer : TS_SRV6_DROPPED;
}

SEC("fexit/seg6_local_input")
int BPF_PROG(srv6_ends, struct sk_buff *skb, int answer)
{
	struct ts_key key = { .kind = TS_KIND_srv6, .family = TS_IPV6, .error = srv6_error(answer) };
	struct srv6_calls *calls = this_cpu_entry(&srv6_calls);
	struct subject subject = {};
	struct srv6_packet packet;
	struct net *net;
	__u32 depth;

	/* Zero: it began before the program was here. */
	if (!calls || !calls->depth)
		return 0;
	depth = --calls->depth;
	if (depth >= SRV6_CALLS) {
		count(&key, &srv6_cache);
		return 0;
	}
	packet = *noted_at(calls, depth);
	net = (struct net *)packet.net;
	if (net)
		key.netns = FOLLOW(net, struct net, net_cookie);
	key.code = packet.action;
	count(&key, &srv6_cache);
	if (!shared.listeners || !packet.has)
		return 0;
	subject.has = packet.has;
	__builtin_memcpy(subject.src, packet.src, sizeof(subject.src));
	__builtin_memcpy(subject.dst, packet.dst, sizeof(subject.dst));
	return tell(&key, &subject, net, sizeof(struct ts_srv6_event), 0, describe_srv6, &packet);
}
