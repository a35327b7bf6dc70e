/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Which failed lookups are told by destination (bpf/failed_destination.bpf.h). */
#ifndef TABLESNOOP_FAILED_LOOKUP_BPF_H
#define TABLESNOOP_FAILED_LOOKUP_BPF_H

/* `nth` as for is_in_sample(). */
static __always_inline bool is_sampled(const struct ts_key *key, __u64 nth)
{
	if (!is_in_sample(nth))
		return false;
	/* Whatever is not for this machine misses in `local` and is found elsewhere. */
	return key->words[TS_ROUTE_TABLE] != RT_TABLE_LOCAL || key->error != EAGAIN;
}

static __always_inline void count_destination(const struct ts_key *key, const __u32 destination[4])
{
	count_failed_destination(key, key->words[TS_ROUTE_TABLE], destination);
}

#endif
