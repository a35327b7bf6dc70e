/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* The kernel's two tables of neighbours, each of which all namespaces share. Any loopback device leads to them. */
#ifndef TABLESNOOP_INVENTORY_NEIGHBOUR_TABLES_BPF_H
#define TABLESNOOP_INVENTORY_NEIGHBOUR_TABLES_BPF_H

struct ts_neighbour_tables neighbour_tables SEC(".data.neighbours");

static __always_inline void read_neighbour_table(struct neigh_table *from, int family, struct ts_neighbour_table *table)
{
	if (!from || BPF_CORE_READ(from, family) != family)
		return;
	table->entries = BPF_CORE_READ(from, entries.counter);
	table->entries_max = BPF_CORE_READ(from, gc_thresh3);
	table->full = sum_percpu((__u64)BPF_CORE_READ(from, stats),
				 bpf_core_field_offset(struct neigh_statistics, table_fulls));
	table->is_known = 1;
}

/* Nothing is done once both are known; a kernel without IPv6 has one. */
__noinline int find_neighbour_tables(__u64 netns)
{
	struct net *net = (struct net *)netns;
	struct net_device *loopback = BPF_CORE_READ(net, loopback_dev);

	if (!neighbour_tables.of[TS_IPV4].is_known)
		read_neighbour_table(BPF_CORE_READ(loopback, ip_ptr, arp_parms, tbl), AF_INET,
				     &neighbour_tables.of[TS_IPV4]);
	if (!neighbour_tables.of[TS_IPV6].is_known)
		read_neighbour_table(BPF_CORE_READ(loopback, ip6_ptr, nd_parms, tbl), AF_INET6,
				     &neighbour_tables.of[TS_IPV6]);
	return 0;
}

#endif
