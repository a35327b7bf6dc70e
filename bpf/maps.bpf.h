/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * The maps that several files share: what each holds, its bound, who writes it and who reads it. A map of one file alone is
 * in that file. Sizes marked * are set before load.
 */
#ifndef TABLESNOOP_MAPS_BPF_H
#define TABLESNOOP_MAPS_BPF_H

const volatile struct ts_settings settings SEC(".rodata.settings") = {};

/*
 * The page shared with user space, which writes most of it. The inventory walk writes netns_ops and its end; probes of what
 * fails lower sample_limit.
 */
struct ts_shared shared SEC(".data.shared");

/* Key to counter index. Written by the probe that meets a key first; keys are deleted by user space only. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1); /* * */
	__type(key, struct ts_key);
	__type(value, __u32);
} key_index SEC(".maps");

/* Counter index to key, so that user space reads all keys from mapped memory. Same writer as key_index. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* * */
	__type(key, __u32);
	__type(value, struct ts_key);
} index_key SEC(".maps");

/*
 * One row of counters for each possible CPU, one behind the other: counters[cpu * settings.counters_per_cpu + index]. Counts
 * never move, so what user space reads only rises. Plain increments are safe where only one program writes an index, as a
 * program does not nest on a CPU (since 6.1 for raw tracepoints; the kernel counts the run it skipped). Where several do, they
 * add atomically (record.bpf.h).
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* * */
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

/* Indices nobody counts under. User space fills it at start and when it releases keys; probes take from it. */
struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 1); /* * */
	__uint(value_size, sizeof(__u32));
} free_index SEC(".maps");

#define CACHE_BITS 9
#define CACHE_SLOTS (1 << CACHE_BITS)

struct cache_slot {
	struct ts_key key;
	__u32 index;
	__u32 reserved;
};

/* Direct-mapped, in front of key_index. 16 KiB: a per-CPU value may not exceed 32 KiB. */
struct cache {
	struct cache_slot slot[CACHE_SLOTS];
};

/* Each program that counts has one: no two programs may write the same slot, as one can interrupt the other. */
struct cache_map {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct cache);
};

/* What each listener wants. Written by user space before it sets the slot's bit in shared.listeners. */
struct ts_filters filters SEC(".data.filters");

/* Lookups on their way to user space. When full, what finds no room is counted in events_lost. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096); /* * */
} events SEC(".maps");

/* A row of TS_LOST_COLUMNS for each possible CPU. Raised atomically: one program can interrupt another. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* * */
	__type(key, __u32);
	__type(value, __u64);
} events_lost SEC(".maps");

/*
 * What failed by destination. Written by probes, read and emptied by user space; when full, what has not failed
 * for longest makes room.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1); /* * */
	__type(key, struct ts_failed_destination);
	__type(value, __u64);
} failed_destinations SEC(".maps");

/* Apart from `shared`, which every lookup reads: this changes with every sampled failure. */
struct ts_sampling sampling SEC(".data.sampling");

/* Of a per-CPU array of one entry: that of this CPU. */
static __always_inline void *this_cpu_entry(void *map)
{
	__u32 only = 0;

	return bpf_map_lookup_elem(map, &only);
}

#endif
