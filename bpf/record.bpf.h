/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * The first half of every hook's tail: count a key. A lookup is never lost: without room it counts as overflow. What is counted
 * of it once more (its choice among nexthops, its tunnel) is lost then, as the lookup itself has been counted.
 */
#ifndef TABLESNOOP_RECORD_BPF_H
#define TABLESNOOP_RECORD_BPF_H

static __always_inline __u32 overflow_index(const struct ts_key *key)
{
	return key->kind * TS_FAMILIES + key->family;
}

/* An index past the end of every row. */
#define NO_INDEX 0xffffffffU

static __always_inline __u32 cache_position(const __u64 *words)
{
	__u64 mixed = (words[0] * 0x9e3779b97f4a7c15ULL) ^ words[1] ^ (words[2] << 20);

	return (mixed * 0xff51afd7ed558ccdULL) >> (64 - CACHE_BITS);
}

/*
 * Finds the index of a key the cache does not hold, or gives it one, and remembers it in the slot; without room that is
 * `full`. Of two CPUs that meet a new key together one wins the insert; the other puts its index back.
 */
static __noinline __u32 find_index(const struct ts_key *key, struct cache_slot *slot, __u32 full)
{
	struct ts_key identity = *key;
	struct ts_key *owner;
	__u32 *known, index;

	/* Whatever the second namespace does first comes through here. */
	if (key->netns != shared.only_netns && key->netns != TS_NETNS_UNKNOWN)
		shared.several_netns = 1;
	identity.generation = 0;
	known = bpf_map_lookup_elem(&key_index, &identity);
	if (known) {
		index = *known;
	} else if (bpf_map_pop_elem(&free_index, &index)) {
		index = full;
	} else {
		owner = bpf_map_lookup_elem(&index_key, &index);
		if (!owner)
			return full;
		*owner = identity;
		if (bpf_map_update_elem(&key_index, &identity, &index, BPF_NOEXIST)) {
			bpf_map_push_elem(&free_index, &index, BPF_ANY);
			known = bpf_map_lookup_elem(&key_index, &identity);
			/* Not cached: there is room, only not at this moment. */
			return known ? *known : full;
		}
		/* An exchange orders the key before the mark that user space looks for. */
		__sync_lock_test_and_set(&owner->generation, 1);
	}
	slot->key = *key;
	slot->index = index;
	return index;
}

/*
 * Which programs count a key on a CPU: one alone, or several, of which one can interrupt the other. What finds no room counts
 * together with all others of its kind, so it is for several too.
 */
enum counted_by { ONE_PROGRAM, SEVERAL_PROGRAMS };

/* Returns how often this CPU has counted under the index. */
static __always_inline __u64 raise_counter(__u32 index, enum counted_by by)
{
	__u32 at = index + bpf_get_smp_processor_id() * settings.counters_per_cpu;
	__u64 *counter = bpf_map_lookup_elem(&counters, &at);

	if (!counter)
		return 0;
	if (by == SEVERAL_PROGRAMS || index < TS_OVERFLOW_INDICES)
		return __sync_fetch_and_add(counter, 1) + 1;
	return ++*counter;
}

/* Returns how often this CPU has counted the key; what finds no room counts under `full`. */
static __always_inline __u64 count_or(struct ts_key *key, struct cache_map *cache_map, __u32 full, enum counted_by by)
{
	__u64 *words = (__u64 *)key, *held;
	struct cache_slot *slot;
	struct cache *cache;
	__u32 at = 0;

	cache = bpf_map_lookup_elem(cache_map, &at);
	if (!cache)
		return 0;
	slot = &cache->slot[cache_position(words) & (CACHE_SLOTS - 1)];
	key->generation = *(volatile __u32 *)&shared.generation;
	held = (__u64 *)&slot->key;
	if (held[0] == words[0] && held[1] == words[1] && held[2] == words[2])
		at = slot->index;
	else
		at = find_index(key, slot, full);
	if (full == NO_INDEX && at == NO_INDEX)
		return 0;
	return raise_counter(at, by);
}

static __always_inline __u64 count(struct ts_key *key, struct cache_map *cache_map)
{
	return count_or(key, cache_map, overflow_index(key), ONE_PROGRAM);
}

/* Of a key that other programs count as well, each with a cache of its own. */
static __always_inline __u64 count_with_others(struct ts_key *key, struct cache_map *cache_map)
{
	return count_or(key, cache_map, overflow_index(key), SEVERAL_PROGRAMS);
}

/* The same for what is rare enough to need no cache. */
static __always_inline __u64 count_rarely(struct ts_key *key)
{
	struct cache_slot slot = {};

	return raise_counter(find_index(key, &slot, overflow_index(key)), SEVERAL_PROGRAMS);
}

static __always_inline void count_again(struct ts_key *key, struct cache_map *cache_map)
{
	count_or(key, cache_map, NO_INDEX, ONE_PROGRAM);
}

#endif
