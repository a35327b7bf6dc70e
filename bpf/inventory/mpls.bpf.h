/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Devices that take labelled packets, and how many of those had a label without a route. */
#ifndef TABLESNOOP_INVENTORY_MPLS_BPF_H
#define TABLESNOOP_INVENTORY_MPLS_BPF_H

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* * */
	__type(key, __u32);
	__type(value, struct ts_mpls_row);
} mpls_rows SEC(".maps");

/* With the module loaded every device has a struct mpls_dev; those without `input` take nothing, and are left out. */
__noinline int visit_mpls(__u64 device, __u64 netns)
{
	struct net_device *dev = (struct net_device *)device;
	struct mpls_dev mpls = {};
	struct ts_mpls_row *row;
	const void *address;
	__u64 no_route;

	if (!bpf_core_field_exists(dev->mpls_ptr))
		return 0;
	address = BPF_CORE_READ(dev, mpls_ptr);
	if (!address)
		return 0;
	bpf_probe_read_kernel(&mpls, sizeof(mpls), address);
	if (mpls.dev != dev)
		return 0;
	no_route = sum_percpu((__u64)mpls.stats, __builtin_offsetof(struct mpls_link_stats, rx_noroute));
	if (!mpls.input_enabled && !no_route)
		return 0;
	row = bpf_map_lookup_elem(&mpls_rows, &inventory_end.mpls_seen);
	inventory_end.mpls_seen++;
	if (!row)
		return 0;
	row->netns = netns;
	row->no_route = no_route;
	row->ifindex = BPF_CORE_READ(dev, ifindex);
	BPF_CORE_READ_STR_INTO(&row->name, dev, name);
	return 0;
}

#endif
