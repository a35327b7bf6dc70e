/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Routes that change in other namespaces than our own, of which rtnetlink tells more (native/rtnetlink/). The kernel passes
 * here with whatever the driver of a switch would have to know: since 5.6 of the route of each prefix that is in use, with
 * all that go with their link or their namespace.
 */

#include "event.h"
#include "notices.bpf.h"

struct cache_map change_cache SEC(".maps");

const volatile struct ts_change_settings change_settings SEC(".rodata.change") = {};

struct ts_changes_elsewhere changes_elsewhere SEC(".data.change");

/* A ring that user space reads without a lock, when somebody asks. User space makes it smaller where nothing is kept. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, TS_KEPT_CHANGES);
	__type(key, __u32);
	__type(value, struct ts_kept_change);
} kept_changes SEC(".maps");

/* One of the routes is 0. */
struct change {
	const struct fib_entry_notifier_info *route4;
	struct fib6_info *route6;
};

/* What is no change of a route. */
#define NO_CHANGE 255

/*
 * ENTRY_REPLACE: this route is the one in use from now on. It is new, or stands in for another one, or is what remains of a
 * prefix whose better route has gone; nothing here tells these apart. ENTRY_APPEND: it has been in use, and has more
 * nexthops now. What a driver refuses does not come to pass, except that a route goes.
 */
static __always_inline __u8 change_by(enum fib_event_type event, int refusal)
{
	if (event == bpf_core_enum_value(enum fib_event_type, FIB_EVENT_ENTRY_DEL))
		return TS_ROUTE_REMOVED;
	if (refusal)
		return NO_CHANGE;
	if (event == bpf_core_enum_value(enum fib_event_type, FIB_EVENT_ENTRY_REPLACE) ||
	    event == bpf_core_enum_value(enum fib_event_type, FIB_EVENT_ENTRY_ADD))
		return TS_ROUTE_ADDED;
	if (event == bpf_core_enum_value(enum fib_event_type, FIB_EVENT_ENTRY_APPEND))
		return TS_ROUTE_REPLACED;
	return NO_CHANGE;
}

static __always_inline void read_destination(__u32 to[4], const struct change *change)
{
	const struct fib_entry_notifier_info *notice = change->route4;
	struct fib6_info *route = change->route6;

	if (notice)
		to[0] = __builtin_bswap32(BPF_CORE_READ(notice, dst));
	else
		BPF_CORE_READ_INTO((struct in6_addr *)to, route, fib6_dst.addr);
}

/* Address of the first nexthop of an object, or of the group it is; of a group, how many there are. */
static __noinline __u64 first_of_object(__u64 object, __u32 *nexthops)
{
	struct nexthop *nexthop = (struct nexthop *)object;
	struct nh_group *group;

	if (!nexthops)
		return 0;
	if (BPF_CORE_READ(nexthop, is_group)) {
		group = BPF_CORE_READ(nexthop, nh_grp);
		*nexthops = BPF_CORE_READ(group, num_nh);
		nexthop = BPF_CORE_READ(group, nh_entries[0].nh);
	}
	return (__u64)BPF_CORE_READ(nexthop, nh_info) + bpf_core_field_offset(struct nh_info, fib_nhc);
}

static __always_inline __u64 describe_changed4(struct ts_change_event *event,
					       const struct fib_entry_notifier_info *notice)
{
	struct fib_info *route = BPF_CORE_READ(notice, fi);
	struct nexthop *object = BPF_CORE_READ(route, nh);

	event->length = BPF_CORE_READ(notice, dst_len);
	event->type = BPF_CORE_READ(notice, type);
	event->metric = BPF_CORE_READ(route, fib_priority);
	event->nexthops = object ? 1 : BPF_CORE_READ(route, fib_nhs);
	if (object)
		return first_of_object((__u64)object, &event->nexthops);
	return (__u64)route + bpf_core_field_offset(struct fib_info, fib_nh);
}

static __always_inline __u64 describe_changed6(struct ts_change_event *event, struct fib6_info *route)
{
	struct nexthop *object = BPF_CORE_READ(route, nh);

	event->length = BPF_CORE_READ(route, fib6_dst.plen);
	event->type = BPF_CORE_READ(route, fib6_type);
	event->metric = BPF_CORE_READ(route, fib6_metric);
	event->nexthops = 1 + BPF_CORE_READ(route, fib6_nsiblings);
	if (object)
		return first_of_object((__u64)object, &event->nexthops);
	return (__u64)route + bpf_core_field_offset(struct fib6_info, fib6_nh);
}

static __always_inline void describe_change(struct ts_change_event *event, const struct ts_key *key,
					    const struct change *change)
{
	__u64 first;

	read_destination(event->dst, change);
	event->table = key->words[TS_CHANGE_TABLE];
	event->protocol = key->words[TS_CHANGE_PROTOCOL];
	first = change->route4 ? describe_changed4(event, change->route4) : describe_changed6(event, change->route6);
	event->gateway_family = read_nexthop((const struct fib_nh_common *)first, event->head.device, event->gateway);
}

/* Zero while it is written: what is read meanwhile is not believed. */
static __always_inline struct ts_change_event *keep(const struct ts_key *key, struct net *net,
						    const struct change *change)
{
	__u64 number = __sync_fetch_and_add(&changes_elsewhere.begun, 1) + 1;
	__u32 row = (number - 1) % TS_KEPT_CHANGES;
	struct ts_kept_change *kept = bpf_map_lookup_elem(&kept_changes, &row);

	if (!kept)
		return 0;
	/* An exchange is a barrier too. */
	__sync_lock_test_and_set(&kept->number, 0);
	begin_event(&kept->event.head, sizeof(kept->event), key, 0, net);
	describe_change(&kept->event, key, change);
	__sync_lock_test_and_set(&kept->number, number);
	return &kept->event;
}

static __always_inline void copy_change(struct ts_event *head, const struct ts_key *key, const void *of)
{
	struct ts_change_event *event = (struct ts_change_event *)head;
	const struct ts_change_event *kept = of;

	__builtin_memcpy(event->head.device, kept->head.device, sizeof(kept->head.device));
	__builtin_memcpy(event->dst, kept->dst, sizeof(*kept) - offsetof(struct ts_change_event, dst));
}

static __always_inline void set_words4(struct ts_key *key, const struct fib_entry_notifier_info *notice)
{
	struct fib_info *route = FOLLOW(notice, struct fib_entry_notifier_info, fi);

	key->family = TS_IPV4;
	key->words[TS_CHANGE_TABLE] = FOLLOW(notice, struct fib_entry_notifier_info, tb_id);
	key->words[TS_CHANGE_PROTOCOL] = FOLLOW(route, struct fib_info, fib_protocol);
}

static __always_inline void set_words6(struct ts_key *key, struct fib6_info *route)
{
	struct fib6_table *table = FOLLOW(route, struct fib6_info, fib6_table);

	key->family = TS_IPV6;
	key->words[TS_CHANGE_TABLE] = FOLLOW(table, struct fib6_table, tb6_id);
	key->words[TS_CHANGE_PROTOCOL] = FOLLOW(route, struct fib6_info, fib6_protocol);
}

SEC("fexit/call_fib_notifiers")
int BPF_PROG(route_change, struct net *net, enum fib_event_type event, struct fib_notifier_info *notice, int ret)
{
	struct subject subject = { .has = TS_MATCH_TABLE | TS_MATCH_DST };
	const struct ts_change_event *kept;
	struct change change = {};
	struct ts_key key = {
		.netns = net->net_cookie,
		.kind = TS_KIND_change,
		.code = change_by(event, ret),
	};

	if (key.code == NO_CHANGE || key.netns == change_settings.own_netns)
		return 0;
	if (notice->family == AF_INET) {
		change.route4 = (const struct fib_entry_notifier_info *)notice;
		set_words4(&key, change.route4);
	} else if (notice->family == AF_INET6) {
		change.route6 = FOLLOW(notice, struct fib6_entry_notifier_info, rt);
		set_words6(&key, change.route6);
	} else {
		/* Multicast routing, under families 128 and 129. */
		return 0;
	}
	count(&key, &change_cache);
	kept = keep(&key, net, &change);
	if (!shared.listeners || !kept)
		return 0;
	subject.table = kept->table;
	__builtin_memcpy(subject.dst, kept->dst, sizeof(subject.dst));
	return tell(&key, &subject, net, sizeof(struct ts_change_event), 0, copy_change, kept);
}
