/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Forwarding tables of VXLAN devices, one lookup for each frame to be sent. Frames that come in, ARP that the device answers and
 * whoever configures it ask the same function: so only what it is asked for the frame under way counts.
 */

#include "event.h"

/* The frame a device of this CPU is sending; softirqs are off. All zero: none, or it has been counted. */
struct vxlan_frame {
	__u64 dev;
	__u8 mac[6]; /* destination */
	__u16 reserved;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct vxlan_frame);
} vxlan_frames SEC(".maps");

struct cache_map tunnel_cache SEC(".maps");

struct vxlan_lookup {
	const struct net_device *dev;
	struct net *net;
	const __u8 *mac;
	__u32 vni;
};

static __always_inline struct vxlan_frame *this_cpu_vxlan_frame(void)
{
	return this_cpu_entry(&vxlan_frames);
}

static __always_inline void describe_vxlan(struct ts_event *head, const struct ts_key *key, const void *of)
{
	struct ts_tunnel_event *event = (struct ts_tunnel_event *)head;
	const struct vxlan_lookup *lookup = of;
	const struct net_device *dev = lookup->dev;

	BPF_CORE_READ_STR_INTO(&event->head.device, dev, name);
	__builtin_memcpy(event->mac, lookup->mac, sizeof(event->mac));
	event->vni = lookup->vni;
}

static __always_inline bool is_zero_mac(const __u8 mac[6])
{
	return !(mac[0] | mac[1] | mac[2] | mac[3] | mac[4] | mac[5]);
}

/* An entry for the frame's own address comes first; for want of one the kernel asks for the address of all zeroes. */
static __always_inline int finish_vxlan_lookup(__u64 device, __u64 address, __u32 vni, bool found)
{
	struct vxlan_frame *frame = this_cpu_vxlan_frame();
	struct ts_key key = { .kind = TS_KIND_tunnel, .family = TS_NO_FAMILY };
	struct vxlan_lookup lookup;
	struct subject subject = {};
	struct vxlan_dev vxlan = {};
	__u8 mac[6], asked_for[6];

	if (!frame || !frame->dev)
		return 0;
	bpf_probe_read_kernel(&vxlan, sizeof(vxlan), (void *)device);
	if ((__u64)vxlan.dev != frame->dev || bpf_probe_read_kernel(asked_for, sizeof(asked_for), (void *)address))
		return 0;
	if (is_zero_mac(asked_for))
		key.code = found ? TS_TUNNEL_DEFAULT : TS_TUNNEL_MISSED;
	else if (!found || !is_same_mac(asked_for, frame->mac))
		return 0;
	key.error = key.code == TS_TUNNEL_MISSED ? EHOSTUNREACH : 0;
	__builtin_memcpy(mac, frame->mac, sizeof(mac));
	frame->dev = 0;
	lookup.dev = vxlan.dev;
	lookup.net = net_of_device(vxlan.dev);
	if (!lookup.net)
		return 0;
	key.netns = FOLLOW(lookup.net, struct net, net_cookie);
	key.words[TS_TUNNEL_DEVICE] = FOLLOW(vxlan.dev, struct net_device, ifindex);
	count(&key, &tunnel_cache);
	if (!shared.listeners)
		return 0;
	lookup.mac = mac;
	lookup.vni = __builtin_bswap32(vni ? vni : vxlan.default_dst.remote_vni);
	return tell(&key, &subject, lookup.net, sizeof(struct ts_tunnel_event), 0, describe_vxlan, &lookup);
}

SEC("fentry/vxlan_xmit")
int BPF_PROG(vxlan_sends, struct sk_buff *skb, struct net_device *dev)
{
	struct vxlan_frame *frame = this_cpu_vxlan_frame();
	const void *start = BPF_CORE_READ(skb, data);

	if (!frame)
		return 0;
	frame->dev = (__u64)dev;
	bpf_probe_read_kernel(frame->mac, sizeof(frame->mac), start);
	return 0;
}

/* A tunnel inside of another has been here for its own frame by then, when the outer one had asked already. */
SEC("fexit/vxlan_xmit")
int vxlan_has_sent(void *unused)
{
	struct vxlan_frame *frame = this_cpu_vxlan_frame();

	if (frame)
		frame->dev = 0;
	return 0;
}

/* Until 6.15. */
SEC("fexit/__vxlan_find_mac")
int vxlan_find_mac(__u64 *ctx)
{
	return finish_vxlan_lookup(ctx[0], ctx[1], ctx[2], ctx[3]);
}

/* Since 6.16. */
SEC("fexit/vxlan_find_mac_rcu")
int vxlan_find_mac_rcu(__u64 *ctx)
{
	return finish_vxlan_lookup(ctx[0], ctx[1], ctx[2], ctx[3]);
}
