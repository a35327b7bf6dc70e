/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Labelled packets that come in, one lookup each. The module calls one function for each packet, and another for its nexthop. */

#include "event.h"

enum mpls_progress {
	MPLS_REFUSED,	/* the device takes no labels, or the packet is another's */
	MPLS_ASKING,	/* for a route by its label */
	MPLS_HAS_ROUTE, /* a nexthop was asked for */
};

/* The packet this CPU is forwarding; softirqs are off. */
struct mpls_packet {
	__u64 dev;
	__u64 egress; /* of a struct net_device, or 0 */
	__u32 label;
	__u32 progress; /* enum mpls_progress */
	__u32 labels;
	__u32 out[TS_MPLS_LABELS];
	__u32 reserved;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct mpls_packet);
} mpls_packets SEC(".maps");

struct cache_map mpls_cache SEC(".maps");

static __always_inline struct mpls_packet *this_cpu_mpls_packet(void)
{
	return this_cpu_entry(&mpls_packets);
}

static __always_inline void describe_mpls(struct ts_event *head, const struct ts_key *key, const void *of)
{
	struct ts_mpls_event *event = (struct ts_mpls_event *)head;
	const struct mpls_packet *packet = of;
	const struct net_device *dev = (const struct net_device *)packet->dev;
	const struct net_device *egress = (const struct net_device *)packet->egress;

	if (egress)
		BPF_CORE_READ_STR_INTO(&event->head.device, egress, name);
	BPF_CORE_READ_STR_INTO(&event->iif, dev, name);
	event->label = packet->label;
	event->labels = packet->labels;
	__builtin_memcpy(event->out, packet->out, sizeof(event->out));
}

static __always_inline bool takes_labels(struct net_device *dev)
{
	struct mpls_dev mpls = {};

	bpf_probe_read_kernel(&mpls, sizeof(mpls), BPF_CORE_READ(dev, mpls_ptr));
	return mpls.dev == dev && mpls.input_enabled;
}

SEC("fentry/mpls_forward")
int BPF_PROG(mpls_begins, struct sk_buff *skb, struct net_device *dev)
{
	struct mpls_packet *packet = this_cpu_mpls_packet();
	__u32 entry = 0;

	if (!packet)
		return 0;
	__builtin_memset(packet, 0, sizeof(*packet));
	packet->dev = (__u64)dev;
	if (takes_labels(dev) && BPF_CORE_READ_BITFIELD_PROBED(skb, pkt_type) == PACKET_HOST)
		packet->progress = MPLS_ASKING;
	bpf_probe_read_kernel(&entry, sizeof(entry), network_header_of(skb));
	packet->label = __builtin_bswap32(entry) >> 12;
	return 0;
}

/* Only for a label that has a route. Arguments: route, packet; then what was chosen: 0 if no nexthop is alive. */
SEC("fexit/mpls_select_multipath")
int mpls_selects(__u64 *ctx)
{
	struct mpls_packet *packet = this_cpu_mpls_packet();
	struct mpls_nh nexthop = {};
	__u64 chosen = ctx[2];
	__u32 labels;

	if (!packet || !packet->dev)
		return 0;
	packet->progress = MPLS_HAS_ROUTE;
	if (!chosen || bpf_probe_read_kernel(&nexthop, sizeof(nexthop), (void *)chosen))
		return 0;
	packet->egress = (__u64)nexthop.nh_dev;
	packet->labels = labels = nexthop.nh_labels;
	if (!shared.listeners || !labels)
		return 0;
	if (labels > TS_MPLS_LABELS)
		labels = TS_MPLS_LABELS;
	bpf_probe_read_kernel(packet->out, labels * sizeof(__u32), (void *)(chosen + sizeof(nexthop)));
	return 0;
}

SEC("fexit/mpls_forward")
int BPF_PROG(mpls_ends, struct sk_buff *skb, struct net_device *dev, void *type, struct net_device *origin, int dropped)
{
	struct mpls_packet *noted = this_cpu_mpls_packet(), packet;
	struct ts_key key = { .kind = TS_KIND_mpls, .family = TS_NO_FAMILY };
	struct subject subject = {};
	struct net *net;

	if (!noted || noted->dev != (__u64)dev)
		return 0;
	packet = *noted;
	noted->dev = 0;
	net = net_of_device(dev);
	if (!net)
		return 0;
	key.netns = FOLLOW(net, struct net, net_cookie);
	if (packet.egress)
		key.words[TS_MPLS_EGRESS] = FOLLOW(packet.egress, struct net_device, ifindex);
	if (dropped)
		key.error = packet.progress == MPLS_ASKING ? ENETUNREACH : EHOSTUNREACH;
	count(&key, &mpls_cache);
	if (!shared.listeners)
		return 0;
	return tell(&key, &subject, net, sizeof(struct ts_mpls_event), 0, describe_mpls, &packet);
}
