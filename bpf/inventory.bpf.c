/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * All namespaces, their devices and their no-route MIB counters, without entering any of them. User space runs it with
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

/* Nothing but an address in every CPU's per-CPU area: its distance to the per-CPU pointer is that CPU's offset. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} percpu_anchor SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1); /* * */
	__type(key, __u32);
	__type(value, __u64);
} percpu_offset SEC(".maps");

/* bpf_loop's own bound. */
#define MOST_STEPS (1 << 23)

/* The verifier forbids arithmetic on these as pointers; what went through a map comes back as a number. */
struct percpu_addresses {
	__u64 anchor_map;
	__u64 anchor;
};
struct percpu_addresses inventory_scratch SEC(".data.scratch");

static long find_percpu_offset(__u32 cpu, void *unused)
{
	volatile struct percpu_addresses *scratch = &inventory_scratch;
	__u64 base = 0, *offset;
	__u32 zero = 0;

	offset = bpf_map_lookup_elem(&percpu_offset, &cpu);
	if (!offset)
		return 1;
	scratch->anchor = (__u64)bpf_map_lookup_percpu_elem(&percpu_anchor, &zero, cpu);
	bpf_probe_read_kernel(&base, sizeof(base),
			      (void *)(scratch->anchor_map + bpf_core_field_offset(struct bpf_array, pptrs)));
	*offset = scratch->anchor ? scratch->anchor - base : 0;
	return 0;
}

struct mib_sum {
	__u64 statistics; /* per-CPU pointer */
	__u64 in;
	__u64 out;
};

static long add_cpu(__u32 cpu, struct mib_sum *sum)
{
	__u64 *offset = bpf_map_lookup_elem(&percpu_offset, &cpu);
	__u64 in = 0, out = 0, *mib;

	if (!offset)
		return 1;
	mib = (__u64 *)(sum->statistics + *offset);
	bpf_probe_read_kernel(&in, sizeof(in), mib + settings.mib_in_no_routes);
	bpf_probe_read_kernel(&out, sizeof(out), mib + settings.mib_out_no_routes);
	sum->in += in;
	sum->out += out;
	return 0;
}

static __always_inline void sum_mib(__u64 statistics, __u64 no_route[2])
{
	struct mib_sum sum = { .statistics = statistics };

	if (statistics && settings.mib_in_no_routes)
		bpf_loop(settings.possible_cpus, add_cpu, &sum, 0);
	no_route[0] = sum.in;
	no_route[1] = sum.out;
}

/*
 * Table of a VRF device, 0 if it is none. The layout of struct net_vrf is not checked by CO-RE, so the table id counts only
 * if the IPv6 table beside it has the same.
 */
static __always_inline __u32 table_of_vrf(struct net_device *dev)
{
	__u64 size = (bpf_core_type_size(struct net_device) + NETDEV_ALIGN - 1) & ~(NETDEV_ALIGN - 1ULL);
	const char *kind_address = BPF_CORE_READ(dev, rtnl_link_ops, kind);
	struct fib6_table *table;
	struct net_vrf vrf = {};
	char kind[4] = {};

	bpf_probe_read_kernel(kind, sizeof(kind), kind_address);
	if (kind[0] != 'v' || kind[1] != 'r' || kind[2] != 'f' || kind[3])
		return 0;
	bpf_probe_read_kernel(&vrf, sizeof(vrf), (void *)dev + size);
	table = vrf.fib6_table;
	return table && BPF_CORE_READ(table, tb6_id) == vrf.tb_id ? vrf.tb_id : 0;
}

struct device_walk {
	__u64 netns;
	__u64 head;
	__u64 at;
	__u32 seen;
	__u32 complete;
};

static long visit_device(__u32 step, struct device_walk *walk)
{
	struct net_device *dev = (struct net_device *)(walk->at - bpf_core_field_offset(struct net_device, dev_list));
	struct ts_device_row *row = bpf_map_lookup_elem(&device_rows, &walk->seen);

	if (walk->at == walk->head)
		walk->complete = 1;
	if (walk->at == walk->head || !walk->at)
		return 1;
	if (row) {
		row->netns = walk->netns;
		row->ifindex = BPF_CORE_READ(dev, ifindex);
		row->vrf_table = table_of_vrf(dev);
		BPF_CORE_READ_STR_INTO(&row->name, dev, name);
	}
	walk->seen++;
	walk->at = (__u64)BPF_CORE_READ(dev, dev_list.next);
	return 0;
}

struct netns_walk {
	__u64 start;
	__u64 at;
	struct ts_inventory_end end;
	__u32 after_head; /* the next namespace is the first of the list: the one the kernel booted with */
	__u32 torn;	  /* a device list did not end where it began */
};

static __always_inline void visit_devices(struct net *net, __u64 cookie, struct netns_walk *walk)
{
	struct device_walk devices = {
		.netns = cookie,
		.head = (__u64)net + bpf_core_field_offset(struct net, dev_base_head),
		.at = (__u64)BPF_CORE_READ(net, dev_base_head.next),
		.seen = walk->end.devices_seen,
	};

	bpf_loop(MOST_STEPS, visit_device, &devices, 0);
	walk->end.devices_seen = devices.seen;
	if (!devices.complete)
		walk->torn = 1;
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

		row = bpf_map_lookup_elem(&netns_rows, &walk->end.netns_seen);
		if (row) {
			row->cookie = cookie;
			row->inode = BPF_CORE_READ(net, ns.inum);
			row->is_first = walk->after_head;
			sum_mib((__u64)BPF_CORE_READ(net, mib.ip_statistics), row->no_route[TS_IPV4]);
			sum_mib((__u64)BPF_CORE_READ(net, mib.ipv6_statistics), row->no_route[TS_IPV6]);
		}
		walk->end.netns_seen++;
		walk->after_head = 0;
		visit_devices(net, cookie, walk);
		if (shared.learn_tables)
			learn_tables(net);
	}
	next = (__u64)BPF_CORE_READ(net, list.next);
	if (!next)
		return 1;
	walk->at = next - bpf_core_field_offset(struct net, list);
	if (walk->at == walk->start)
		walk->end.complete = !walk->torn;
	return walk->at == walk->start;
}

SEC("raw_tp/tablesnoop_inventory")
int inventory(void *unused)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct net *net = task->nsproxy->net_ns;
	struct netns_walk walk = {};
	struct ts_netns_row *row;
	__u32 zero = 0;

	inventory_scratch.anchor_map = (__u64)&percpu_anchor;
	bpf_loop(settings.possible_cpus, find_percpu_offset, 0, 0);
	shared.netns_ops = (__u64)net->ns.ops;
	walk.start = (__u64)net;
	walk.at = (__u64)net;
	bpf_loop(MOST_STEPS, visit_netns, &walk, 0);
	/* The walk began behind the head: with the first one. */
	row = bpf_map_lookup_elem(&netns_rows, &zero);
	if (row && walk.after_head)
		row->is_first = 1;
	if (walk.end.netns_seen > 1)
		shared.several_netns = 1;
	else
		shared.only_netns = net->net_cookie;
	shared.inventory = walk.end;
	return 0;
}
