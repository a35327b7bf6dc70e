/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * All namespaces, their devices, and what the kernel counts by itself, without entering any of them. User space runs it with
 * BPF_PROG_TEST_RUN, so it holds rcu_read_lock: a namespace leaves the list by list_del_rcu and cannot be freed
 * meanwhile. The walk takes no lock; one that did not come back to its start is repeated by user space.
 */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* * */
	__type(key, __u32);
	__type(value, struct ts_netns_row);
} netns_rows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* * */
	__type(key, __u32);
	__type(value, struct ts_device_row);
} device_rows SEC(".maps");

/*
 * Functions that are not static are verified once, by themselves, and not once more for each way that leads to them: the walk
 * is loaded in hundredths of the time. So they take addresses as numbers.
 */

/* bpf_loop's own bound. */
#define MOST_STEPS (1 << 23)

/* What has been seen so far, by the walk that is under way. */
struct ts_inventory_end inventory_end SEC(".data.scratch");

/* Where it begins. What went through a map is a number to the verifier. */
volatile __u64 first_netns SEC(".data.scratch");

#include "inventory/percpu.bpf.h"
#include "inventory/mib.bpf.h"
#include "inventory/tunnel.bpf.h"
#include "inventory/mpls.bpf.h"
#include "inventory/neighbour_tables.bpf.h"
#include "inventory/route_tables.bpf.h"

/*
 * Table of a VRF device, 0 if it cannot be told. The layout of struct net_vrf is not checked by CO-RE, so the table id counts only
 * if the IPv6 table beside it has the same.
 */
static __always_inline __u32 table_of_vrf(struct net_device *dev)
{
	__u64 size = (bpf_core_type_size(struct net_device) + NETDEV_ALIGN - 1) & ~(NETDEV_ALIGN - 1ULL);
	struct fib6_table *table;
	struct net_vrf vrf = {};

	bpf_probe_read_kernel(&vrf, sizeof(vrf), (void *)dev + size);
	table = vrf.fib6_table;
	return table && BPF_CORE_READ(table, tb6_id) == vrf.tb_id ? vrf.tb_id : 0;
}

struct device_walk {
	__u64 netns;
	__u64 head;
	__u64 at;
	__u32 complete;
};

static long visit_device(__u32 step, struct device_walk *walk)
{
	struct net_device *dev = (struct net_device *)(walk->at - bpf_core_field_offset(struct net_device, dev_list));
	const struct rtnl_link_ops *ops;
	struct link_kind kind = {};
	struct ts_device_row *row;
	__u32 vrf_table = 0;

	if (walk->at == walk->head)
		walk->complete = 1;
	if (walk->at == walk->head || !walk->at)
		return 1;
	ops = BPF_CORE_READ(dev, rtnl_link_ops);
	if (ops) {
		bpf_probe_read_kernel_str(kind.name, sizeof(kind.name), BPF_CORE_READ(ops, kind));
		if (IS_KIND(&kind, "vrf"))
			vrf_table = table_of_vrf(dev);
		else if (is_tunnel(&kind))
			visit_tunnel((__u64)dev, walk->netns, &kind);
	}
	visit_mpls((__u64)dev, walk->netns);
	row = bpf_map_lookup_elem(&device_rows, &inventory_end.devices_seen);
	inventory_end.devices_seen++;
	if (row) {
		row->netns = walk->netns;
		row->ifindex = BPF_CORE_READ(dev, ifindex);
		row->vrf_table = vrf_table;
		BPF_CORE_READ_STR_INTO(&row->name, dev, name);
	}
	walk->at = (__u64)BPF_CORE_READ(dev, dev_list.next);
	return 0;
}

struct netns_walk {
	__u64 start;
	__u64 at;
	__u32 after_head; /* the next namespace is the first of the list: the one the kernel booted with */
	__u32 complete;	  /* came back to where it began */
	__u32 torn;	  /* a device list did not end where it began */
};

static __always_inline void visit_devices(struct net *net, __u64 cookie, struct netns_walk *walk)
{
	struct device_walk devices = {
		.netns = cookie,
		.head = (__u64)net + bpf_core_field_offset(struct net, dev_base_head),
		.at = (__u64)BPF_CORE_READ(net, dev_base_head.next),
	};

	bpf_loop(MOST_STEPS, visit_device, &devices, 0);
	if (!devices.complete)
		walk->torn = 1;
}

static __always_inline void fill_row(struct net *net, __u64 cookie, __u32 is_first, struct ts_netns_row *row)
{
	bool is_known = row->cookie == cookie;

	row->cookie = cookie;
	row->inode = BPF_CORE_READ(net, ns.inum);
	row->is_first = is_first;
	sum_mibs(net, row);
	visit_tables4((__u64)net, row, is_known);
	visit_tables6((__u64)net, row, is_known);
}

static long visit_netns(__u32 step, struct netns_walk *walk)
{
	struct net *net = (struct net *)walk->at;
	struct ts_netns_row *row;
	__u64 next;

	/* The one element of the circle that is no struct net is the list's head. */
	if ((__u64)BPF_CORE_READ(net, ns.ops) != shared.netns_ops) {
		walk->after_head = 1;
	} else {
		__u64 cookie = BPF_CORE_READ(net, net_cookie);

		row = bpf_map_lookup_elem(&netns_rows, &inventory_end.netns_seen);
		if (row)
			fill_row(net, cookie, walk->after_head, row);
		inventory_end.netns_seen++;
		walk->after_head = 0;
		find_neighbour_tables((__u64)net);
		visit_devices(net, cookie, walk);
		if (shared.learn_tables)
			learn_tables(net);
	}
	next = (__u64)BPF_CORE_READ(net, list.next);
	if (!next)
		return 1;
	walk->at = next - bpf_core_field_offset(struct net, list);
	walk->complete = walk->at == walk->start;
	return walk->complete;
}

SEC("raw_tp/tablesnoop_inventory")
int inventory(void *unused)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct net *net = task->nsproxy->net_ns;
	struct netns_walk walk = {};
	struct ts_netns_row *row;
	__u32 zero = 0;

	find_percpu_offsets();
	__builtin_memset(&inventory_end, 0, sizeof(inventory_end));
	__builtin_memset(&neighbour_tables, 0, sizeof(neighbour_tables));
	shared.netns_ops = (__u64)net->ns.ops;
	first_netns = (__u64)net;
	walk.start = first_netns;
	walk.at = walk.start;
	bpf_loop(MOST_STEPS, visit_netns, &walk, 0);
	/* The walk began behind the head: with the first one. */
	row = bpf_map_lookup_elem(&netns_rows, &zero);
	if (row && walk.after_head)
		row->is_first = 1;
	if (inventory_end.netns_seen > 1)
		shared.several_netns = 1;
	else
		shared.only_netns = net->net_cookie;
	inventory_end.complete = walk.complete && !walk.torn;
	shared.inventory = inventory_end;
	return 0;
}
