/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Lookups in nft's sets and maps, those without a name of their own too. Counters go by the handles of table and set, which are not
 * given again; what these are called is kept beside.
 */
#ifndef TABLESNOOP_NETFILTER_SET_BPF_H
#define TABLESNOOP_NETFILTER_SET_BPF_H

const volatile struct ts_nft_layout nft_layout SEC(".rodata.nft") = {};

/* Of those that are looked up; what nobody looks up for longest makes room. Read by user space. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1); /* * */
	__type(key, struct ts_nft_set);
	__type(value, struct ts_nft_set_names);
} nft_sets SEC(".maps");

struct cache_map nft_set_cache SEC(".maps");

static __always_inline __u64 read_address(__u64 address)
{
	__u64 read = 0;

	bpf_probe_read_kernel(&read, sizeof(read), (void *)address);
	return read;
}

/* The address of the set's table. Handles have 64 bits, of which nobody will ever use the upper half. */
static __always_inline __u64 identify_set(struct ts_nft_set *key, __u64 set, struct net *net)
{
	__u64 table = read_address(set + nft_layout.set_table);

	key->netns = FOLLOW(net, struct net, net_cookie);
	key->table = read_address(table + nft_layout.table_handle);
	key->set = read_address(set + nft_layout.set_handle);
	return table;
}

/* A function of its own for the room it takes on the stack. */
static __noinline int remember_set(const struct ts_nft_set *key, __u64 set, __u64 table)
{
	struct ts_nft_set_names names = {};

	if (!key)
		return 0;
	bpf_probe_read_kernel_str(names.table, sizeof(names.table),
				  (void *)read_address(table + nft_layout.table_name));
	bpf_probe_read_kernel_str(names.set, sizeof(names.set), (void *)read_address(set + nft_layout.set_name));
	bpf_probe_read_kernel(&names.family, sizeof(names.family), (void *)(table + nft_layout.table_family));
	names.family &= 0x3f;
	return bpf_map_update_elem(&nft_sets, key, &names, BPF_NOEXIST);
}

/* No match ends the rule, unless it asks for what the set has not. */
SEC("fexit/nft_lookup_eval")
int BPF_PROG(nft_lookup, const void *expression, const struct nft_regs *registers, const struct nft_pktinfo *info)
{
	__u64 data = (__u64)expression + sizeof(struct nft_expr), set, table;
	struct nft_pktinfo packet = {};
	struct ts_key key = {
		.kind = TS_KIND_netfilter,
		.family = TS_NO_FAMILY,
		.code = TS_NETFILTER_SET_LOOKUP,
	};
	struct ts_nft_set of = {};
	__u32 verdict = 0;
	bool is_inverted;
	struct net *net;

	if (!nft_layout.set_name || bpf_probe_read_kernel(&packet, sizeof(packet), info))
		return 0;
	net = FOLLOW(packet.state, struct nf_hook_state, net);
	set = read_address(data + nft_layout.lookup_set);
	table = identify_set(&of, set, net);
	is_inverted = read_address(data + nft_layout.lookup_invert) & 0xff;
	bpf_probe_read_kernel(&verdict, sizeof(verdict), registers);
	/* Before it is counted, so that whoever reads the count finds the names. */
	if (!bpf_map_lookup_elem(&nft_sets, &of))
		remember_set(&of, set, table);
	key.netns = of.netns;
	key.words[TS_NETFILTER_TABLE] = of.table;
	key.words[TS_NETFILTER_SET] = of.set;
	key.error = (verdict == NFT_BREAK) == is_inverted ? 0 : ENOENT;
	count(&key, &nft_set_cache);
	return 0;
}

/* The names stay until all that was counted has been read. The context begins with its struct net. */
SEC("fentry/nft_set_destroy")
int BPF_PROG(nft_set_goes, const void *context, const void *set)
{
	struct ts_nft_set_names *names;
	struct ts_nft_set of = {};

	identify_set(&of, (__u64)set, (struct net *)read_address((__u64)context));
	names = bpf_map_lookup_elem(&nft_sets, &of);
	if (names)
		names->is_gone = 1;
	return 0;
}

#endif
