/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Tunnel devices and what they could not send, by the device's own statistics. */
#ifndef TABLESNOOP_INVENTORY_TUNNEL_BPF_H
#define TABLESNOOP_INVENTORY_TUNNEL_BPF_H

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* * */
	__type(key, __u32);
	__type(value, struct ts_tunnel_row);
} tunnel_rows SEC(".maps");

/* rtnl_link_ops.kind, compared by words. */
struct link_kind {
	union {
		char name[16];
		__u64 words[2];
	};
};

static __always_inline bool is_kind(const struct link_kind *kind, const struct link_kind other)
{
	return kind->words[0] == other.words[0] && kind->words[1] == other.words[1];
}

#define IS_KIND(kind, text) is_kind(kind, (struct link_kind){ .name = text })

/*
 * Those that look up a route for the outer packet, count it as tx_carrier_errors if there is none, and as collisions if it
 * leads back into them. For others these numbers mean what cables do.
 */
static __always_inline bool is_tunnel(const struct link_kind *kind)
{
	return IS_KIND(kind, "vxlan") || IS_KIND(kind, "geneve") || IS_KIND(kind, "ipip") || IS_KIND(kind, "gre") ||
	       IS_KIND(kind, "gretap") || IS_KIND(kind, "erspan") || IS_KIND(kind, "sit") || IS_KIND(kind, "vti") ||
	       IS_KIND(kind, "ip6tnl") || IS_KIND(kind, "ip6gre") || IS_KIND(kind, "ip6gretap") ||
	       IS_KIND(kind, "ip6erspan") || IS_KIND(kind, "vti6") || IS_KIND(kind, "xfrm") ||
	       IS_KIND(kind, "bareudp") || IS_KIND(kind, "gtp");
}

/* As `ip -s link` shows it. */
static __always_inline __u64 tx_dropped(struct net_device *dev)
{
	__u64 dropped = BPF_CORE_READ(dev, stats.tx_dropped);

	dropped += sum_percpu((__u64)BPF_CORE_READ(dev, core_stats),
			      bpf_core_field_offset(struct net_device_core_stats, tx_dropped));
	if (counts_drops_percpu(dev))
		dropped += sum_percpu((__u64)BPF_CORE_READ(dev, dstats),
				      bpf_core_field_offset(struct pcpu_dstats, tx_drops));
	return dropped;
}

/*
 * A tunnel that is down cannot have lost anything anew. Where a tunnel's module is loaded, every namespace has a
 * device of it that nobody asked for, and that stays down.
 */
__noinline int visit_tunnel(__u64 device, __u64 netns, const struct link_kind *kind)
{
	struct net_device *dev = (struct net_device *)device;
	__u64 no_route = BPF_CORE_READ(dev, stats.tx_carrier_errors);
	__u64 loop = BPF_CORE_READ(dev, stats.collisions);
	__u64 dropped = kind && IS_KIND(kind, "vxlan") ? tx_dropped(dev) : 0;
	struct ts_tunnel_row *row;

	if (!kind)
		return 0;
	if (!(BPF_CORE_READ(dev, flags) & IFF_UP) && !no_route && !loop && !dropped)
		return 0;
	row = bpf_map_lookup_elem(&tunnel_rows, &inventory_end.tunnels_seen);
	inventory_end.tunnels_seen++;
	if (!row)
		return 0;
	row->netns = netns;
	row->no_route = no_route;
	row->loop = loop;
	row->dropped = dropped;
	row->ifindex = BPF_CORE_READ(dev, ifindex);
	__builtin_memcpy(row->kind, kind->name, sizeof(row->kind));
	BPF_CORE_READ_STR_INTO(&row->name, dev, name);
	return 0;
}

#endif
