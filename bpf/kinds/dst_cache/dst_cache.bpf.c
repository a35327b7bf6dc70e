/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Routes that tunnels remember: IP tunnels, VXLAN, Geneve, WireGuard, SRv6 and the like keep one for each CPU. Every question
 * to such a cache ends in one function, with softirqs off. Its answer knows namespace and device of the outer packet; that
 * there is none knows neither, so a miss is counted when its lookup has filled the cache.
 */

#include "event.h"

struct cache_map dst_cache_hits SEC(".maps");
struct cache_map dst_cache_misses4 SEC(".maps");
struct cache_map dst_cache_misses6 SEC(".maps");

struct cached_route {
	const struct dst_entry *route;
	const struct dst_cache_pcpu *slot;
	struct net *net;
};

/* False if the route leads nowhere any more: of a device that has gone blackhole_netdev is left, which has no index. */
static __always_inline bool begin_dst_cache_key(struct ts_key *key, struct net **net, const struct dst_entry *route,
						__u8 code)
{
	struct net_device *dev = FOLLOW(route, struct dst_entry, dev);

	*net = net_of_device(dev);
	if (!*net)
		return false;
	key->netns = FOLLOW(*net, struct net, net_cookie);
	key->words[TS_DST_CACHE_EGRESS] = FOLLOW(dev, struct net_device, ifindex);
	key->kind = TS_KIND_dst_cache;
	key->family = family_of_route(route);
	key->code = code;
	return key->words[TS_DST_CACHE_EGRESS];
}

static __always_inline void describe_cached(struct ts_event *head, const struct ts_key *key, const void *of)
{
	struct ts_dst_cache_event *event = (struct ts_dst_cache_event *)head;
	const struct cached_route *cached = of;
	const struct dst_entry *route = cached->route;
	const struct dst_cache_pcpu *slot = cached->slot;

	BPF_CORE_READ_STR_INTO(&event->head.device, route, dev, name);
	event->gateway_family = read_gateway(event->gateway, route, key->family);
	if (key->family == TS_IPV6)
		BPF_CORE_READ_INTO(&event->src, slot, in6_saddr.in6_u.u6_addr32);
	else
		event->src[0] = BPF_CORE_READ(slot, in_saddr.s_addr);
}

/* The lookups before it come first. */
static __always_inline bool hold_cached(const struct ts_key *key, __u32 listeners, const void *cached)
{
	flush_pending();
	return false;
}

static __always_inline int finish_hit(const struct ts_key *key, const struct cached_route *cached)
{
	const struct dst_cache_pcpu *slot = cached->slot;
	struct subject subject = { .has = TS_MATCH_SRC };

	if (!shared.listeners)
		return 0;
	if (key->family == TS_IPV6)
		BPF_CORE_READ_INTO(&subject.src, slot, in6_saddr.in6_u.u6_addr32);
	else
		subject.src[0] = BPF_CORE_READ(slot, in_saddr.s_addr);
	return tell(key, &subject, cached->net, sizeof(struct ts_dst_cache_event), hold_cached, describe_cached,
		    cached);
}

SEC("fexit/dst_cache_per_cpu_get")
int BPF_PROG(dst_cache_get, struct dst_cache *cache, struct dst_cache_pcpu *slot, struct dst_entry *route)
{
	struct cached_route cached = { .route = route, .slot = slot };
	struct ts_key key = {};

	if (!route || !begin_dst_cache_key(&key, &cached.net, route, TS_DST_CACHE_HIT))
		return 0;
	count(&key, &dst_cache_hits);
	return finish_hit(&key, &cached);
}

static __always_inline int count_miss(const struct dst_entry *route, struct cache_map *cache)
{
	struct ts_key key = {};
	struct net *net;

	if (begin_dst_cache_key(&key, &net, route, TS_DST_CACHE_MISS))
		count(&key, cache);
	return 0;
}

SEC("fentry/dst_cache_set_ip4")
int BPF_PROG(dst_cache_set4, struct dst_cache *cache, struct dst_entry *route)
{
	return count_miss(route, &dst_cache_misses4);
}

SEC("fentry/dst_cache_set_ip6")
int BPF_PROG(dst_cache_set6, struct dst_cache *cache, struct dst_entry *route)
{
	return count_miss(route, &dst_cache_misses6);
}
