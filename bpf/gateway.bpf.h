/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Where a nexthop, or a route that somebody holds ready, leads. */
#ifndef TABLESNOOP_GATEWAY_BPF_H
#define TABLESNOOP_GATEWAY_BPF_H

/* Both are zero before, and stay so if it has none. Returns the family of the gateway, or TS_NO_FAMILY. */
static __always_inline __u8 read_nexthop(const struct fib_nh_common *nhc, char device[16], __u32 gateway[4])
{
	struct net_device *dev = BPF_CORE_READ(nhc, nhc_dev);
	__u8 family = BPF_CORE_READ(nhc, nhc_gw_family);

	if (dev)
		bpf_probe_read_kernel_str(device, 16, dev->name);
	if (family == AF_INET) {
		gateway[0] = BPF_CORE_READ(nhc, nhc_gw.ipv4);
		return TS_IPV4;
	}
	if (family != AF_INET6)
		return TS_NO_FAMILY;
	BPF_CORE_READ_INTO((struct in6_addr *)gateway, nhc, nhc_gw.ipv6);
	return TS_IPV6;
}

static __always_inline __u8 family_of_route(const struct dst_entry *route)
{
	struct dst_ops *ops = FOLLOW(route, struct dst_entry, ops);

	return FOLLOW(ops, struct dst_ops, family) == AF_INET6 ? TS_IPV6 : TS_IPV4;
}

static __always_inline __u8 read_gateway4(__u32 gateway[4], const struct rtable *route)
{
	switch (BPF_CORE_READ(route, rt_gw_family)) {
	case AF_INET: gateway[0] = BPF_CORE_READ(route, rt_gw4); return TS_IPV4;
	case AF_INET6: bpf_core_read(gateway, 16, &route->rt_gw6.in6_u.u6_addr32); return TS_IPV6;
	}
	return TS_NO_FAMILY;
}

static __always_inline __u8 read_gateway6(__u32 gateway[4], const struct rt6_info *route)
{
	if (!(BPF_CORE_READ(route, rt6i_flags) & RTF_GATEWAY))
		return TS_NO_FAMILY;
	bpf_core_read(gateway, 16, &route->rt6i_gateway.in6_u.u6_addr32);
	return TS_IPV6;
}

/* All zero before. `family` is the route's. Returns that of the gateway: TS_NO_FAMILY if there is none. */
static __always_inline __u8 read_gateway(__u32 gateway[4], const struct dst_entry *route, __u8 family)
{
	return family == TS_IPV6 ? read_gateway6(gateway, (const struct rt6_info *)route)
				 : read_gateway4(gateway, (const struct rtable *)route);
}

#endif
