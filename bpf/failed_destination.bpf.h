/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Which destinations fail, of all kinds that have any: an estimate in bounded memory beside the exact counters. Few
 * failures are all taken; of many, as under a scan or a flood, a sample, so that a failure does not cost more the more of
 * them there are.
 */
#ifndef TABLESNOOP_FAILED_DESTINATION_BPF_H
#define TABLESNOOP_FAILED_DESTINATION_BPF_H

/* Failures sampled within a second, on all CPUs, after which only half as many are taken. */
#define MOST_SAMPLED 4096
#define SECOND_NS 1000000000ULL

/*
 * Whether this failure is in the sample. `nth` is its number among those of its key on this CPU: multiples of the golden
 * ratio spread evenly, also over destinations that take turns, where every nth of them would meet the same one again and
 * again.
 */
static __always_inline bool is_in_sample(__u64 nth)
{
	return (__u32)nth * 0x9e3779b9U <= *(volatile __u32 *)&shared.sample_limit;
}

/* Between two looks of user space nobody else notices that a flood has begun. */
static __always_inline void keep_sample_small(__u32 limit)
{
	__u64 now = bpf_ktime_get_ns();

	if (now - sampling.since > SECOND_NS) {
		sampling.since = now;
		sampling.sampled = 0;
	} else if (__sync_fetch_and_add(&sampling.sampled, 1) == MOST_SAMPLED) {
		/* One CPU gets to see this number. */
		sampling.sampled = 0;
		if (limit > TS_SAMPLE_LEAST)
			__sync_val_compare_and_swap(&shared.sample_limit, limit, limit >> 1);
	}
}

/* Counts a failure that is in the sample for its destination, with all that it stands for. */
static __noinline int count_failed_destination(const struct ts_key *key, __u32 table, const __u32 destination[4])
{
	struct ts_failed_destination failed = {
		.netns = key->netns,
		.destination = { destination[0], destination[1], destination[2], destination[3] },
		.table = table,
		.kind = key->kind,
		.family = key->family,
		.error = key->error,
		.code = key->code,
	};
	__u32 limit = *(volatile __u32 *)&shared.sample_limit;
	__u64 times = (1ULL << 32) / ((__u64)limit + 1), *known;

	known = bpf_map_lookup_elem(&failed_destinations, &failed);
	if (!known && bpf_map_update_elem(&failed_destinations, &failed, &times, BPF_NOEXIST))
		/* Another CPU met it at the same moment. */
		known = bpf_map_lookup_elem(&failed_destinations, &failed);
	if (known)
		__sync_fetch_and_add(known, times);
	keep_sample_small(limit);
	/* Last: user space takes it for the sign that there is something to read. */
	__sync_fetch_and_add(&sampling.lookups, times);
	return 0;
}

#endif
