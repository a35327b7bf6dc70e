/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Packets dropped for a reason of routing, of neighbours or of tunnels. The tracepoint fires for every packet the kernel
 * drops, so that an ordinary drop pays a comparison and a load.
 */

#include "event.h"

struct cache_map drop_cache SEC(".maps");

const volatile struct ts_drop_settings drop_settings SEC(".rodata.drop") = {};

/* What is known of a packet at its end. */
struct drop {
	struct net *net;
	struct net_device *dev;
	__u32 src[4];
	__u32 dst[4];
	__u8 protocol;
	bool has_addresses;
};

/* The device on which it was sent, if a route has been found for it. */
static __always_inline struct net_device *device_of_route(struct sk_buff *skb)
{
	struct dst_entry *dst = route_of_packet(skb);

	return dst ? FOLLOW(dst, struct dst_entry, dev) : 0;
}

/*
 * On input, while it is forwarded and at a neighbour a packet has its device. Where it waits in a socket's queue the same
 * bytes hold something else, and early in output nothing: then it is its socket's, and its route's device if that is in the
 * same namespace (a route whose device has gone leads to one in the first).
 */
static __always_inline void find_owner(struct drop *drop, struct sk_buff *skb, struct sock *receiver)
{
	struct net *net_of_route;

	drop->dev = FOLLOW(skb, struct sk_buff, dev);
	drop->net = net_of_device(drop->dev);
	if (drop->net)
		return;
	drop->dev = device_of_route(skb);
	net_of_route = net_of_device(drop->dev);
	drop->net = net_of_sock(FOLLOW(skb, struct sk_buff, sk));
	if (!drop->net)
		drop->net = net_of_sock(receiver);
	if (!drop->net)
		drop->net = net_of_route;
	if (drop->net != net_of_route)
		drop->dev = 0;
}

static __always_inline void read_header4(struct drop *drop, void *start)
{
	struct {
		__u8 version; /* and header length */
		__u8 unread[8];
		__u8 protocol;
		__u16 checksum;
		__u32 src;
		__u32 dst;
	} header;

	if (bpf_probe_read_kernel(&header, sizeof(header), start) || header.version >> 4 != 4)
		return;
	drop->protocol = header.protocol;
	drop->src[0] = header.src;
	drop->dst[0] = header.dst;
	drop->has_addresses = true;
}

static __always_inline void read_header6(struct drop *drop, void *start)
{
	struct ipv6_header header;

	if (!read_ipv6_header(&header, start))
		return;
	drop->protocol = header.protocol;
	__builtin_memcpy(drop->src, header.src, sizeof(drop->src));
	__builtin_memcpy(drop->dst, header.dst, sizeof(drop->dst));
	drop->has_addresses = true;
}

/* A packet whose header has yet to be written is what its connected socket says. */
static __always_inline __u8 family_of_packet(struct sk_buff *skb)
{
	struct sock *sk;

	switch (FOLLOW(skb, struct sk_buff, protocol)) {
	case ETH_P_IP_BE: return TS_IPV4;
	case ETH_P_IPV6_BE: return TS_IPV6;
	case 0: break;
	default: return TS_NO_FAMILY;
	}
	sk = FOLLOW(skb, struct sk_buff, sk);
	switch (sk ? FOLLOW(sk, struct sock, __sk_common.skc_family) : 0) {
	case AF_INET: return TS_IPV4;
	case AF_INET6: return TS_IPV6;
	default: return TS_NO_FAMILY;
	}
}

static __always_inline void read_addresses(struct drop *drop, struct sk_buff *skb, __u8 family)
{
	void *start = network_header_of(skb);
	struct sock *sk;

	if (FOLLOW(skb, struct sk_buff, protocol)) {
		if (family == TS_IPV4)
			read_header4(drop, start);
		else if (family == TS_IPV6)
			read_header6(drop, start);
	} else if (family != TS_NO_FAMILY) {
		sk = FOLLOW(skb, struct sk_buff, sk);
		read_socket_addresses(drop->src, drop->dst, sk, family);
		drop->protocol = BPF_CORE_READ(sk, sk_protocol);
		drop->has_addresses = true;
	}
}

static __always_inline void describe_drop(struct ts_event *head, const struct ts_key *key, const void *of)
{
	struct ts_drop_event *event = (struct ts_drop_event *)head;
	const struct drop *drop = of;

	if (drop->dev)
		bpf_probe_read_kernel_str(head->device, sizeof(head->device), drop->dev->name);
	__builtin_memcpy(event->src, drop->src, sizeof(event->src));
	__builtin_memcpy(event->dst, drop->dst, sizeof(event->dst));
	event->protocol = drop->protocol;
}

/* The lookup before it comes first. */
static __always_inline bool hold_drop(const struct ts_key *key, __u32 listeners, const void *drop)
{
	flush_pending();
	return false;
}

static __noinline int finish_drop(struct sk_buff *skb, struct sock *receiver, __u8 reason)
{
	struct subject subject = { .has = TS_MATCH_ADDRESSES };
	struct drop drop = {};
	struct ts_key key = {
		.kind = TS_KIND_drop,
		.error = TS_ANY_RESULT,
		.code = reason,
	};
	bool is_sampled;

	find_owner(&drop, skb, receiver);
	key.netns = drop.net ? FOLLOW(drop.net, struct net, net_cookie) : TS_NETNS_UNKNOWN;
	key.words[TS_DROP_DEVICE] = drop.dev ? FOLLOW(drop.dev, struct net_device, ifindex) : 0;
	key.family = family_of_packet(skb);
	is_sampled = is_in_sample(count(&key, &drop_cache));
	if (!is_sampled && !shared.listeners)
		return 0;
	read_addresses(&drop, skb, key.family);
	if (drop.has_addresses && is_sampled)
		count_failed_destination(&key, 0, drop.dst);
	/* A line is about addresses. */
	if (!shared.listeners || key.family == TS_NO_FAMILY)
		return 0;
	__builtin_memcpy(subject.src, drop.src, sizeof(subject.src));
	__builtin_memcpy(subject.dst, drop.dst, sizeof(subject.dst));
	return tell(&key, &subject, drop.net, sizeof(struct ts_drop_event), hold_drop, describe_drop, &drop);
}

/* Arguments: packet, where in the kernel, reason, and since 6.11 the socket it was for, or none. */
SEC("tp_btf/kfree_skb")
int drop(__u64 *ctx)
{
	__u32 number = ctx[2];
	__u8 reason;

	if (number >= TS_KERNEL_REASONS)
		return 0;
	reason = drop_settings.reason[number];
	if (!reason)
		return 0;
	return finish_drop((struct sk_buff *)ctx[0], drop_settings.has_receiver ? (struct sock *)ctx[3] : 0, reason);
}
