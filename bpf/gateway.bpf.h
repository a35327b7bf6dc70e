/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Where a nexthop leads, for the event path. */
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

#endif
