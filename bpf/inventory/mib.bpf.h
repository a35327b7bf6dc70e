/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* A namespace's own account of its packets, summed over CPUs. */
#ifndef TABLESNOOP_INVENTORY_MIB_BPF_H
#define TABLESNOOP_INVENTORY_MIB_BPF_H

/* More than any kernel's struct ipstats_mib has. */
#define MOST_MIBS 64
__u64 mib_scratch[MOST_MIBS] SEC(".data.scratch");

struct mib_walk {
	__u64 ip[2]; /* per-CPU pointers, by enum ts_family */
	__u64 linux_mib;
	struct ts_netns_row *row;
};

/* All of them in one read: picking a few out of it is cheaper than asking for each. */
static __always_inline void add_mib(__u64 mib, __u64 sums[TS_MIBS])
{
	__u32 size = bpf_core_type_size(struct ipstats_mib);
	int at;

	if (size > sizeof(mib_scratch))
		size = sizeof(mib_scratch);
	if (bpf_probe_read_kernel(mib_scratch, size, (void *)mib))
		return;
	for (at = 0; at < TS_MIB_RP_FILTER; at++)
		sums[at] += mib_scratch[settings.mib[at] % MOST_MIBS];
}

static long add_cpu(__u32 cpu, struct mib_walk *walk)
{
	__u64 *offset = bpf_map_lookup_elem(&percpu_offset, &cpu);
	__u64 rp_filter = 0;

	if (!offset)
		return 1;
	if (walk->ip[TS_IPV4])
		add_mib(walk->ip[TS_IPV4] + *offset, walk->row->mib[TS_IPV4]);
	if (walk->ip[TS_IPV6])
		add_mib(walk->ip[TS_IPV6] + *offset, walk->row->mib[TS_IPV6]);
	bpf_probe_read_kernel(&rp_filter, sizeof(rp_filter),
			      (__u64 *)(walk->linux_mib + *offset) + settings.mib[TS_MIB_RP_FILTER]);
	walk->row->mib[TS_IPV4][TS_MIB_RP_FILTER] += rp_filter;
	return 0;
}

static __always_inline void sum_mibs(struct net *net, struct ts_netns_row *row)
{
	struct mib_walk walk = {
		.ip = { (__u64)BPF_CORE_READ(net, mib.ip_statistics), (__u64)BPF_CORE_READ(net, mib.ipv6_statistics) },
		.linux_mib = (__u64)BPF_CORE_READ(net, mib.net_statistics),
		.row = row,
	};
	int at;

	__builtin_memset(row->mib, 0, sizeof(row->mib));
	bpf_loop(settings.possible_cpus, add_cpu, &walk, 0);
	for (at = 0; at < TS_MIBS; at++) {
		if (settings.mib[at] == 0)
			row->mib[TS_IPV4][at] = row->mib[TS_IPV6][at] = ts_absent;
	}
	/* Only IPv4 asks whether a sender could be reached the way its packet came. */
	row->mib[TS_IPV6][TS_MIB_RP_FILTER] = ts_absent;
}

#endif
