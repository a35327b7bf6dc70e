/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Routes that connected sockets remember. TCP asks for each segment, UDP and raw sockets for each send; both ways end in one
 * function each, whose answer is the route, or none if a lookup must follow.
 */

#include "event.h"

struct cache_map socket_cache_locked SEC(".maps");
struct cache_map socket_cache_hits SEC(".maps");

struct socket_route {
	const struct sock *sk;
	const struct dst_entry *route;
};

static __always_inline void describe_socket_route(struct ts_event *head, const struct ts_key *key, const void *of)
{
	struct ts_socket_cache_event *event = (struct ts_socket_cache_event *)head;
	const struct socket_route *held = of;
	const struct dst_entry *route = held->route;

	BPF_CORE_READ_STR_INTO(&event->head.device, route, dev, name);
	read_socket_addresses(event->src, event->dst, held->sk, key->family);
	event->gateway_family = read_gateway(event->gateway, route, key->family);
}

static __always_inline int finish_socket_route(const struct sock *sk, const struct dst_entry *route,
					       struct cache_map *cache)
{
	struct socket_route held = { .sk = sk, .route = route };
	struct ts_key key = { .kind = TS_KIND_socket_cache };
	struct subject subject = { .has = TS_MATCH_ADDRESSES };
	struct net_device *dev;
	struct net *net;

	if (!route)
		return 0;
	net = net_of_sock(sk);
	dev = FOLLOW(route, struct dst_entry, dev);
	/* Of a device that has gone blackhole_netdev is left, which has no index. */
	key.words[TS_SOCKET_CACHE_EGRESS] = FOLLOW(dev, struct net_device, ifindex);
	if (!net || !key.words[TS_SOCKET_CACHE_EGRESS])
		return 0;
	key.netns = FOLLOW(net, struct net, net_cookie);
	key.family = family_of_route(route);
	count(&key, cache);
	if (!shared.listeners)
		return 0;
	read_socket_addresses(subject.src, subject.dst, sk, key.family);
	return tell(&key, &subject, net, sizeof(struct ts_socket_cache_event), 0, describe_socket_route, &held);
}

/* TCP, which holds the socket. */
SEC("fexit/__sk_dst_check")
int BPF_PROG(socket_route_locked, struct sock *sk, __u32 cookie, struct dst_entry *route)
{
	return finish_socket_route(sk, route, &socket_cache_locked);
}

SEC("fexit/sk_dst_check")
int BPF_PROG(socket_route, struct sock *sk, __u32 cookie, struct dst_entry *route)
{
	return finish_socket_route(sk, route, &socket_cache_hits);
}
