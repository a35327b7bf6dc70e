/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * The filter of the socket that hears of routes in our own namespace. It runs where a route is changed, in the time of
 * whoever changes it, and that may be a routing daemon with a million of them. A message that waits in a socket is
 * freed on the CPU that reads it, which costs the one that made it much more than a copy: so notices of routes go into
 * a ring, and everything else passes.
 */

#include "notices.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, TS_NOTICES_BYTES);
} route_notices SEC(".maps");

struct ts_notices notices SEC(".data.notices");

/* uapi/linux/bpf.h, netlink.h and rtnetlink.h */
struct __sk_buff {
	__u32 len;
};

struct nlmsghdr {
	__u32 nlmsg_len;
	__u16 nlmsg_type;
	__u16 nlmsg_flags;
	__u32 nlmsg_seq;
	__u32 nlmsg_pid;
};

#define RTM_NEWROUTE 24
#define RTM_DELROUTE 25

/* What the filter leaves of a message. */
#define PASS_WHOLE 0xffffffff
#define PASS_NOTHING 0

/* What a message begins with says whether it is a notice of a route; the answer to a request of ours, a listing, is none. */
static __always_inline bool is_notice(const struct nlmsghdr *head)
{
	return (head->nlmsg_type == RTM_NEWROUTE || head->nlmsg_type == RTM_DELROUTE) &&
	       head->nlmsg_pid != notices.port;
}

static __always_inline int lose_notice(void)
{
	__sync_fetch_and_add(&notices.lost, 1);
	return PASS_NOTHING;
}

static __always_inline int keep_notice(struct __sk_buff *message, __u32 bytes, __u64 room)
{
	struct nlmsghdr *kept = bpf_ringbuf_reserve(&route_notices, room, 0);

	/* Of another message, that costs a listing. */
	if (!kept)
		return lose_notice();
	if (bpf_skb_load_bytes(message, 0, kept, bytes)) {
		bpf_ringbuf_discard(kept, BPF_RB_NO_WAKEUP);
		return lose_notice();
	}
	if (!is_notice(kept)) {
		bpf_ringbuf_discard(kept, BPF_RB_NO_WAKEUP);
		return PASS_WHOLE;
	}
	bpf_ringbuf_submit(kept, 0);
	return PASS_NOTHING;
}

/*
 * The verifier wants a constant for the room. Nearly all notices are as long as a route with one nexthop, of IPv4 or IPv6: they
 * are looked at where they are kept. What is longer may be a listing, or of a link.
 */
SEC("socket")
int hear_notice(struct __sk_buff *message)
{
	__u32 bytes = message->len;
	struct nlmsghdr head;

	if (bytes < sizeof(head))
		return PASS_WHOLE;
	if (bytes <= 72)
		return keep_notice(message, bytes, 72);
	if (bytes <= 144)
		return keep_notice(message, bytes, 144);
	if (bpf_skb_load_bytes(message, 0, &head, sizeof(head)) || !is_notice(&head))
		return PASS_WHOLE;
	if (bytes <= 1024)
		return keep_notice(message, bytes, 1024);
	if (bytes <= 32768)
		return keep_notice(message, bytes, 32768);
	return lose_notice();
}
