/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * The second half of every hook's tail: what some listener's filter wants goes into the ring. Decided before anything is
 * built or copied; with no listener it costs one load and a branch.
 */
#ifndef TABLESNOOP_EVENT_BPF_H
#define TABLESNOOP_EVENT_BPF_H

/* What filters look at beyond the key. Zero: a kind that has neither a table nor addresses. */
struct subject {
	__u32 has; /* TS_MATCH_TABLE, TS_MATCH_ADDRESSES */
	__u32 table;
	__u32 src[4]; /* network order, IPv4 in the first word */
	__u32 dst[4];
};

static __always_inline bool is_under(const __u32 address[4], const struct ts_prefix *prefix)
{
	return !(((address[0] & prefix->mask[0]) ^ prefix->address[0]) |
		 ((address[1] & prefix->mask[1]) ^ prefix->address[1]) |
		 ((address[2] & prefix->mask[2]) ^ prefix->address[2]) |
		 ((address[3] & prefix->mask[3]) ^ prefix->address[3]));
}

/* The device is looked at when the event is built. */
static __always_inline bool matches(const struct ts_filter *filter, const struct ts_key *key,
				    const struct subject *subject)
{
	__u8 result = key->error == TS_ANY_RESULT ? TS_WANT_FOUND | TS_WANT_FAILED
		      : key->error		  ? TS_WANT_FAILED
						  : TS_WANT_FOUND;

	if (!(filter->kinds & (1U << key->kind)) || !(filter->families & (1U << key->family)) ||
	    !(filter->results & result))
		return false;
	if (filter->conditions & (TS_MATCH_TABLE | TS_MATCH_ADDRESSES) & ~subject->has)
		return false;
	if ((filter->conditions & TS_MATCH_NETNS) && filter->netns != key->netns)
		return false;
	if ((filter->conditions & TS_MATCH_TABLE) && filter->table != subject->table)
		return false;
	return !(filter->conditions & TS_MATCH_ADDRESSES) ||
	       (is_under(subject->dst, &filter->dst) && is_under(subject->src, &filter->src));
}

struct selection {
	const struct ts_key *key;
	const struct subject *subject;
	__u32 wanted;
};

static long ask_slot(__u32 slot, struct selection *selection)
{
	if (slot < TS_LISTENERS && (shared.listeners >> slot & 1) &&
	    matches(&filters.slot[slot], selection->key, selection->subject))
		selection->wanted |= 1U << slot;
	return 0;
}

/*
 * Slots that want this lookup. (bpf_loop, as the verifier would walk through every combination of answers in a plain loop.)
 */
static __noinline __u32 wanted_by(const struct ts_key *key, const struct subject *subject)
{
	struct selection selection = { .key = key, .subject = subject };

	bpf_loop(shared.slots, ask_slot, &selection, 0);
	return selection.wanted;
}

static __always_inline bool is_same_name(const char a[16], const char b[16])
{
	const __u64 *x = (const __u64 *)a, *y = (const __u64 *)b;

	return x[0] == y[0] && x[1] == y[1];
}

struct device_check {
	const struct ts_event *event;
	__u32 wanted;
};

static long check_slot(__u32 slot, struct device_check *check)
{
	const struct ts_filter *filter;

	if (slot >= TS_LISTENERS || !(check->wanted >> slot & 1))
		return 0;
	filter = &filters.slot[slot];
	if ((filter->conditions & TS_MATCH_DEVICE) && !is_same_name(filter->device, check->event->device))
		check->wanted &= ~(1U << slot);
	return 0;
}

/* Drops the slots whose device condition the built event does not meet. */
static __noinline __u32 still_wanted_by(const struct ts_event *event)
{
	struct device_check check = { .event = event, .wanted = event->listeners };

	if (shared.device_conditions)
		bpf_loop(shared.slots, check_slot, &check, 0);
	return check.wanted;
}

static __always_inline void raise_lost(__u32 column)
{
	__u32 at = bpf_get_smp_processor_id() * TS_LOST_COLUMNS + column;
	__u64 *lost = bpf_map_lookup_elem(&events_lost, &at);

	if (lost)
		__sync_fetch_and_add(lost, 1);
}

static long lose_for_slot(__u32 slot, const __u32 *listeners)
{
	if (*listeners >> slot & 1)
		raise_lost(slot);
	return 0;
}

/* (bpf_loop for the reason given at wanted_by.) */
static __noinline int lose(__u32 listeners)
{
	bpf_loop(TS_LISTENERS, lose_for_slot, &listeners, 0);
	raise_lost(TS_LOST_ALL);
	return 0;
}

/* Wakes the reader only when much is waiting; it looks by itself often enough for a single event. */
static __always_inline __u64 wakeup(void)
{
	return bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA) >= settings.wake_bytes ? BPF_RB_FORCE_WAKEUP
										    : BPF_RB_NO_WAKEUP;
}

/* Everything behind the head becomes zero. */
static __always_inline void begin_event(struct ts_event *event, __u64 size, const struct ts_key *key, __u32 listeners,
					struct net *net)
{
	__builtin_memset(event, 0, size);
	event->time = bpf_ktime_get_ns();
	event->netns = key->netns;
	event->inode = net ? BPF_CORE_READ(net, ns.inum) : 0;
	event->listeners = listeners;
	event->kind = key->kind;
	event->family = key->family;
	event->error = key->error;
	event->code = key->code;
}

/* Fills in the kind's part, and the device, of an event that has been begun. */
typedef void (*describe_event)(struct ts_event *event, const struct ts_key *key, const void *lookup);
/* Puts the event aside if the kernel has yet to decide what it says; false if it can go out at once. */
typedef bool (*hold_event)(const struct ts_key *key, __u32 listeners, const void *lookup);

/*
 * Tells the listeners that want it of what has been counted under the key. To be called when there are any (shared.listeners).
 * `size` is that of the kind's event, `lookup` for the kind's own two functions; `hold` may be 0. All of them constant, so
 * that everything is inlined.
 */
static __always_inline int tell(const struct ts_key *key, const struct subject *subject, struct net *net, __u64 size,
				hold_event hold, describe_event describe, const void *lookup)
{
	__u32 listeners = wanted_by(key, subject);
	struct ts_event *event;

	if (!listeners || (hold && hold(key, listeners, lookup)))
		return 0;
	event = bpf_ringbuf_reserve(&events, size, 0);
	if (!event)
		return lose(listeners);
	begin_event(event, size, key, listeners, net);
	describe(event, key, lookup);
	event->listeners = still_wanted_by(event);
	if (event->listeners)
		bpf_ringbuf_submit(event, wakeup());
	else
		bpf_ringbuf_discard(event, BPF_RB_NO_WAKEUP);
	return 0;
}

#endif
