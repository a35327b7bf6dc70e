/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Which namespace an IPv4 table belongs to: struct fib_table does not say. Learned when a table is made, forgotten
 * before it is freed, so a table whose memory is reused is never taken for the old one. One hash lookup for a miss,
 * however many namespaces there are. (IPv6 tables are not needed: the tracepoint carries the namespace.)
 */
#ifndef TABLESNOOP_TABLE_NETNS_BPF_H
#define TABLESNOOP_TABLE_NETNS_BPF_H

struct table_owner {
	__u64 cookie;
	__u64 net; /* address: a table goes before its namespace does */
};

/* Address of a struct fib_table to its namespace. When full, misses in further tables are of unknown netns. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 32768);
	__type(key, __u64);
	__type(value, struct table_owner);
} table_netns SEC(".maps");

static __always_inline struct table_owner *owner_of_table(const struct fib_table *table)
{
	__u64 address = (__u64)table;

	return bpf_map_lookup_elem(&table_netns, &address);
}

static __always_inline void learn_table(__u64 address, const struct table_owner *owner)
{
	bpf_map_update_elem(&table_netns, &address, owner, BPF_ANY);
}

struct table_walk {
	struct table_owner owner;
	__u64 heads;
	__u64 at;
};

static long learn_chained(__u32 step, struct table_walk *walk)
{
	struct fib_table *table;

	if (!walk->at)
		return 1;
	table = (struct fib_table *)(walk->at - bpf_core_field_offset(struct fib_table, tb_hlist));
	learn_table((__u64)table, &walk->owner);
	walk->at = (__u64)BPF_CORE_READ(table, tb_hlist.next);
	return 0;
}

static long learn_bucket(__u32 bucket, struct table_walk *walk)
{
	struct hlist_head *head = (struct hlist_head *)(walk->heads + bucket * bpf_core_type_size(struct hlist_head));

	walk->at = (__u64)BPF_CORE_READ(head, first);
	bpf_loop(1 << 20, learn_chained, walk, 0);
	return 0;
}

/* Learns all tables a namespace has now. */
static __always_inline void learn_tables(struct net *net)
{
	struct table_walk walk = {
		.owner = { .cookie = BPF_CORE_READ(net, net_cookie), .net = (__u64)net },
		.heads = (__u64)BPF_CORE_READ(net, ipv4.fib_table_hash),
	};

	if (walk.heads)
		bpf_loop(FIB_TABLE_HASH_SIZE, learn_bucket, &walk, 0);
}

#endif
