/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Misses that nothing has told the namespace of are given up. */
#ifndef TABLESNOOP_UNOWNED_END_BPF_H
#define TABLESNOOP_UNOWNED_END_BPF_H

struct unowned_walk {
	struct unowned_ring *ring;
	__u64 number;
	__u64 newest;
	__u64 waits; /* number of the first entry that still waits, 0 if none does */
	__u32 now;   /* jiffies */
};

static long give_up_entry(__u32 step, struct unowned_walk *walk)
{
	struct unowned entry;
	const struct unowned *at;

	if (!walk->ring || walk->number > walk->newest)
		return 1;
	at = entry_of(walk->ring, walk->number);
	if (at->number == walk->number) {
		if (walk->now - at->since < LONGEST_UNOWNED) {
			if (!walk->waits)
				walk->waits = walk->number;
		} else if (take_unowned(walk->ring, walk->number, &entry)) {
			finish_unowned(&entry, 0, BY_GIVING_UP);
		}
	}
	walk->number++;
	return 0;
}

static long give_up_cpu(__u32 cpu, void *unused)
{
	struct unowned_walk walk = { .now = bpf_jiffies64() };
	__u32 zero = 0;

	walk.ring = bpf_map_lookup_percpu_elem(&unowned_misses, &zero, cpu);
	if (!walk.ring)
		return 1;
	walk.newest = *(volatile __u64 *)&walk.ring->newest;
	walk.number = walk.ring->settled + 1;
	if (walk.number > walk.newest)
		return 0;
	bpf_loop(UNOWNED_ENTRIES, give_up_entry, &walk, 0);
	walk.ring->settled = walk.waits ? walk.waits - 1 : walk.newest;
	return 0;
}

/* Run by user space before it reads counters, and from time to time while somebody listens. */
SEC("raw_tp/tablesnoop_give_up")
int give_up(void *unused)
{
	bpf_loop(settings.possible_cpus, give_up_cpu, 0, 0);
	return 0;
}

#endif
