/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Name of a device by its index, for the event path. */
#ifndef TABLESNOOP_DEVICE_BPF_H
#define TABLESNOOP_DEVICE_BPF_H

#define MOST_IN_BUCKET 4096

struct device_search {
	__u64 at; /* of an index_hlist */
	__u32 ifindex;
};

static long compare_device(__u32 step, struct device_search *search)
{
	struct net_device *dev;

	if (!search->at)
		return 1;
	dev = (struct net_device *)(search->at - bpf_core_field_offset(struct net_device, index_hlist));
	if (BPF_CORE_READ(dev, ifindex) == search->ifindex)
		return 1;
	search->at = (__u64)BPF_CORE_READ(dev, index_hlist.next);
	return 0;
}

/* As __dev_get_by_index() finds it. Runs under rcu_read_lock, as every probe does. */
static __noinline int read_device_name(struct net *net, __u32 ifindex, char *name)
{
	struct device_search search = { .ifindex = ifindex };
	struct hlist_head *heads;
	struct net_device *dev;
	__u64 head;

	if (!net || !ifindex || !name)
		return 0;
	heads = BPF_CORE_READ(net, dev_index_head);
	head = (__u64)heads + (ifindex & (NETDEV_HASHENTRIES - 1)) * bpf_core_type_size(struct hlist_head);
	search.at = (__u64)BPF_CORE_READ((struct hlist_head *)head, first);
	bpf_loop(MOST_IN_BUCKET, compare_device, &search, 0);
	if (!search.at)
		return 0;
	dev = (struct net_device *)(search.at - bpf_core_field_offset(struct net_device, index_hlist));
	BPF_CORE_READ_STR_INTO((char(*)[16])name, dev, name);
	return 0;
}

#endif
