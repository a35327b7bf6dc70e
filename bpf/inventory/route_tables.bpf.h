/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * The routing tables of a namespace: their default routes, and how often routes changed. Main is found at once; for
 * others the heads of all chains must be looked at, so that is done only if tables may have come since the last walk:
 * while the namespace has no others, and its numbers that rise with the first route of a table stand still, it has none.
 */
#ifndef TABLESNOOP_INVENTORY_ROUTE_TABLES_BPF_H
#define TABLESNOOP_INVENTORY_ROUTE_TABLES_BPF_H

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* * */
	__type(key, __u32);
	__type(value, struct ts_default_route_row);
} default_route_rows SEC(".maps");

__u64 chain_scratch[FIB_TABLE_HASH_SIZE] SEC(".data.scratch");

/* Routes of a chain, or tables of one: more than there can be. */
#define MOST_CHAINED (1 << 20)

static __always_inline void tell_default_routes(__u64 netns, __u32 family, __u32 table, __u32 routes)
{
	struct ts_default_route_row *row;

	if (routes == 0)
		return;
	row = bpf_map_lookup_elem(&default_route_rows, &inventory_end.default_routes_seen);
	inventory_end.default_routes_seen++;
	if (!row)
		return;
	row->netns = netns;
	row->table = table;
	row->family = family;
	row->routes = routes;
}

struct default6_walk {
	__u64 at;
	__u32 routes;
	__u32 siblings; /* of the route counted last, still to come */
};

/*
 * Not on the stack: before 6.7 the verifier takes what a bpf_loop begins with for what every step finds, and leaves out the
 * branch for siblings.
 */
struct default6_walk default6_walk;

/* Each nexthop of a multipath route is an entry of its own, one behind the other. */
static long count_default6(__u32 step, void *unused)
{
	struct default6_walk *walk = &default6_walk;
	struct fib6_info *route = (struct fib6_info *)walk->at;
	__u32 siblings;

	if (!route || BPF_CORE_READ(route, fib6_dst.plen) != 0)
		return 1;
	walk->at = (__u64)BPF_CORE_READ(route, fib6_next);
	/* Set on every type that answers with an error, and on the entry that stands for no route at all. */
	if (BPF_CORE_READ(route, fib6_flags) & RTF_REJECT)
		return 0;
	siblings = BPF_CORE_READ(route, fib6_nsiblings);
	if (siblings && walk->siblings) {
		walk->siblings--;
		return 0;
	}
	walk->routes++;
	walk->siblings = siblings;
	return 0;
}

__noinline __u32 default_routes6(__u64 table)
{
	default6_walk.at = (__u64)BPF_CORE_READ((struct fib6_table *)table, tb6_root.leaf);
	default6_walk.routes = default6_walk.siblings = 0;
	bpf_loop(MOST_CHAINED, count_default6, 0, 0);
	return default6_walk.routes;
}

struct tables_walk {
	__u64 netns;
	__u64 at; /* tb_hlist or tb6_hlist of a table */
	__u64 changes;
	__u32 chain;
	__u32 others; /* tables that only a look at all chains finds */
};

/* Whether a look at all chains is needed to find it. Table local always exists and has, as a rule, no default route. */
static __always_inline bool is_other(__u32 table, __u32 routes)
{
	return table != RT_TABLE_MAIN && (table != RT_TABLE_LOCAL || routes != 0);
}

static long visit_table4(__u32 step, struct tables_walk *walk)
{
	struct fib_table *table = (struct fib_table *)(walk->at - bpf_core_field_offset(struct fib_table, tb_hlist));
	__u32 id, routes;

	if (!walk->at)
		return 1;
	id = BPF_CORE_READ(table, tb_id);
	/* No table, then: the kernel has another number of chains. */
	if (id % FIB_TABLE_HASH_SIZE != walk->chain)
		return 1;
	walk->at = (__u64)BPF_CORE_READ(table, tb_hlist.next);
	routes = BPF_CORE_READ(table, tb_num_default);
	if (!is_other(id, routes))
		return 0;
	walk->others++;
	tell_default_routes(walk->netns, TS_IPV4, id, routes);
	return 0;
}

static long visit_table6(__u32 step, struct tables_walk *walk)
{
	struct fib6_table *table =
		(struct fib6_table *)(walk->at - bpf_core_field_offset(struct fib6_table, tb6_hlist));
	__u32 id, routes;

	if (!walk->at)
		return 1;
	id = BPF_CORE_READ(table, tb6_id);
	if (id % FIB_TABLE_HASH_SIZE != walk->chain)
		return 1;
	walk->at = (__u64)BPF_CORE_READ(table, tb6_hlist.next);
	routes = default_routes6((__u64)table);
	if (!is_other(id, routes))
		return 0;
	walk->others++;
	if (id != RT_TABLE_LOCAL && bpf_core_field_exists(table->fib_seq))
		walk->changes += BPF_CORE_READ(table, fib_seq);
	tell_default_routes(walk->netns, TS_IPV6, id, routes);
	return 0;
}

static __always_inline void visit_chain(__u32 chain, struct tables_walk *walk, void *visit)
{
	walk->chain = chain;
	walk->at = chain_scratch[chain % FIB_TABLE_HASH_SIZE];
	if (walk->at)
		bpf_loop(MOST_CHAINED, visit, walk, 0);
}

static long visit_chain4(__u32 chain, struct tables_walk *walk)
{
	visit_chain(chain, walk, visit_table4);
	return 0;
}

static long visit_chain6(__u32 chain, struct tables_walk *walk)
{
	visit_chain(chain, walk, visit_table6);
	return 0;
}

static __always_inline bool read_chains(const struct hlist_head *heads)
{
	return heads && bpf_probe_read_kernel(chain_scratch, sizeof(chain_scratch), heads) == 0;
}

/* `is_known`: the row is what the last walk left there. */
__noinline int visit_tables4(__u64 netns, struct ts_netns_row *row, __u32 is_known)
{
	struct net *net = (struct net *)netns;
	struct fib_table *main_table = BPF_CORE_READ(net, ipv4.fib_main);
	struct tables_walk walk = {};
	__u32 stamp = 0;

	if (!row)
		return 0;
	walk.netns = row->cookie;
	if (bpf_core_field_exists(net->ipv4.fib_seq))
		stamp = BPF_CORE_READ(net, ipv4.fib_seq);
	row->fib_changes[TS_IPV4] = bpf_core_field_exists(net->ipv4.fib_seq) ? stamp : ts_absent;
	if (main_table)
		tell_default_routes(row->cookie, TS_IPV4, RT_TABLE_MAIN, BPF_CORE_READ(main_table, tb_num_default));
	if (bpf_core_field_exists(net->ipv4.fib_seq) && is_known && stamp == row->tables_stamp[TS_IPV4] &&
	    row->other_tables[TS_IPV4] == 0)
		return 0;
	if (read_chains(BPF_CORE_READ(net, ipv4.fib_table_hash)))
		bpf_loop(FIB_TABLE_HASH_SIZE, visit_chain4, &walk, 0);
	row->tables_stamp[TS_IPV4] = stamp;
	row->other_tables[TS_IPV4] = walk.others;
	return 0;
}

static __always_inline __u32 changes6(struct fib6_table *table)
{
	return table && bpf_core_field_exists(table->fib_seq) ? BPF_CORE_READ(table, fib_seq) : 0;
}

__noinline int visit_tables6(__u64 netns, struct ts_netns_row *row, __u32 is_known)
{
	struct net *net = (struct net *)netns;
	struct fib6_table *main_table = BPF_CORE_READ(net, ipv6.fib6_main_tbl);
	__u32 stamp = BPF_CORE_READ(net, ipv6.fib6_sernum.counter);
	struct tables_walk walk = {};

	if (!row)
		return 0;
	walk.netns = row->cookie;
	walk.changes = changes6(main_table) + changes6(BPF_CORE_READ(net, ipv6.fib6_local_tbl));
	if (main_table)
		tell_default_routes(row->cookie, TS_IPV6, RT_TABLE_MAIN, default_routes6((__u64)main_table));
	if (!is_known || stamp != row->tables_stamp[TS_IPV6] || row->other_tables[TS_IPV6] != 0) {
		if (read_chains(BPF_CORE_READ(net, ipv6.fib_table_hash)))
			bpf_loop(FIB_TABLE_HASH_SIZE, visit_chain6, &walk, 0);
		row->tables_stamp[TS_IPV6] = stamp;
		row->other_tables[TS_IPV6] = walk.others;
	}
	row->fib_changes[TS_IPV6] = main_table && bpf_core_field_exists(main_table->fib_seq) ? walk.changes : ts_absent;
	return 0;
}

#endif
