/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Events of lookups that end in several nexthops wait here for the choice, which the kernel makes a moment later on the same
 * CPU. An IPv4 rule lookup ends before the choice, so it waits behind its route and the order stays. What is not chosen
 * from (reverse path filters only ask) goes out as multipath with the CPU's next event, or when user space flushes.
 * trampoline backend only: there is no hook on the choice for the other.
 */
#ifndef TABLESNOOP_PENDING_BPF_H
#define TABLESNOOP_PENDING_BPF_H

#include "../rule/event.h"

struct pending {
	__u64 choice;  /* by which address the choice is recognised: the fib_result, for IPv6 the flow */
	__u32 waiting; /* 0: nothing; the events below are complete before this is raised */
	__u32 has_rule;
	struct ts_encapped_route_event encapped;
	struct ts_rule_event rule;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct pending);
} pending_events SEC(".maps");

static __always_inline struct pending *this_cpu_pending(void)
{
	return this_cpu_entry(&pending_events);
}

static __always_inline void output_event(struct ts_event *event, __u64 size)
{
	event->listeners = still_wanted_by(event);
	if (event->listeners && bpf_ringbuf_output(&events, event, size, wakeup()))
		lose(event->listeners);
}

/* Builds the event here instead of in the ring, to wait for the choice that comes with this address. */
static __always_inline bool wait_for_choice(const void *choice, const struct ts_key *key, __u32 listeners,
					    struct net *net, describe_event describe, const void *lookup)
{
	struct pending *pending = this_cpu_pending();
	struct ts_route_event *route;

	if (!pending)
		return false;
	route = &pending->encapped.route;
	pending->has_rule = 0;
	begin_event(&route->head, sizeof(pending->encapped), key, listeners, net);
	describe(&route->head, key, lookup);
	pending->choice = (__u64)choice;
	__sync_lock_test_and_set(&pending->waiting, 1);
	return true;
}

static __always_inline bool is_waiting_for(const struct pending *pending, const void *choice)
{
	return pending && pending->waiting && pending->choice == (__u64)choice;
}

static __noinline int output_pending(struct pending *pending)
{
	if (!pending)
		return 0;
	/* Taken by one: the flush from user space comes by an interrupt and may be in the middle of this. */
	if (!__sync_lock_test_and_set(&pending->waiting, 0))
		return 0;
	if (pending->encapped.route.flags & TS_HAS_ENCAP)
		output_event(&pending->encapped.route.head, sizeof(pending->encapped));
	else
		output_event(&pending->encapped.route.head, sizeof(pending->encapped.route));
	if (pending->has_rule)
		output_event(&pending->rule.head, sizeof(pending->rule));
	return 0;
}

/* To be called before any other event of this CPU. */
static __always_inline void flush_pending(void)
{
	struct pending *pending = this_cpu_pending();

	if (pending && pending->waiting)
		output_pending(pending);
}

/* The choice comes within microseconds; emulated machines take a thousand times as long. */
#define LONGEST_CHOICE_NS 10000000ULL

/* Run by user space on each CPU from time to time, so that what is not chosen from does not wait forever. */
SEC("raw_tp/tablesnoop_flush")
int flush(void *unused)
{
	struct pending *pending = this_cpu_pending();

	if (pending && pending->waiting && bpf_ktime_get_ns() - pending->encapped.route.head.time > LONGEST_CHOICE_NS)
		output_pending(pending);
	return 0;
}

#endif
