/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Resolutions of neighbours. One begins when an entry becomes INCOMPLETE, and ends as resolved when that entry gets an
 * address. It ends as failed where the kernel counts res_failed: an INCOMPLETE entry or one in PROBE, whose known address
 * is being asked for again, becomes FAILED. So an answer to a probe is no resolution, but the lack of one is a failure. An
 * entry that goes with its device ends neither way. All these tracepoints are the same in 5.10 to 7.3.
 */

#include "event.h"

struct cache_map neighbour_updated_cache SEC(".maps");
struct cache_map neighbour_timer_cache SEC(".maps");
struct cache_map neighbour_waits_cache SEC(".maps");

/* A change that will end a resolution, from before it happens until after. */
struct neighbour_change {
	__u16 probes; /* sent */
	__u8 has_probes;
	__u8 fails;
};

/*
 * By the entry's address. Of two CPUs that change an entry at once, the one that deletes the note counts. Holds as many as
 * there are CPUs in the midst of a change; LRU so that what a skipped run left behind goes.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, struct neighbour_change);
} neighbour_changes SEC(".maps");

struct resolution {
	const struct neighbour *neighbour;
	const struct neighbour_change *change; /* 0 if it timed out */
};

/* Starts the key; false if the entry is of neither IPv4 nor IPv6. */
static __always_inline bool begin_neighbour_key(struct ts_key *key, const struct neighbour *neighbour, __u8 code)
{
	int family = neighbour->tbl->family;

	if (family != AF_INET && family != AF_INET6)
		return false;
	key->netns = neighbour->dev->nd_net.net->net_cookie;
	key->words[TS_NEIGHBOUR_DEVICE] = neighbour->dev->ifindex;
	key->kind = TS_KIND_neighbour;
	key->family = family == AF_INET6 ? TS_IPV6 : TS_IPV4;
	key->code = code;
	return true;
}

/* `to` is zero. By helper, as the verifier does not follow into the open end of the entry. */
static __always_inline void read_neighbour_address(__u32 to[4], const struct ts_key *key,
						   const struct neighbour *neighbour)
{
	const void *address = (const void *)neighbour + bpf_core_field_offset(neighbour->primary_key);

	if (key->family == TS_IPV6)
		bpf_probe_read_kernel(to, 16, address);
	else
		bpf_probe_read_kernel(to, 4, address);
}

static __always_inline void describe_resolution(struct ts_event *head, const struct ts_key *key, const void *of)
{
	struct ts_neighbour_event *event = (struct ts_neighbour_event *)head;
	const struct resolution *resolution = of;
	const struct neighbour *neighbour = resolution->neighbour;

	BPF_CORE_READ_STR_INTO(&event->head.device, neighbour, dev, name);
	read_neighbour_address(event->dst, key, neighbour);
	if (resolution->change) {
		event->probes = resolution->change->probes;
		event->has_probes = resolution->change->has_probes;
	}
	if (key->error)
		return;
	event->lladdr_length = BPF_CORE_READ(neighbour, dev, addr_len);
	BPF_CORE_READ_INTO(&event->lladdr, neighbour, ha);
}

static __always_inline int finish_resolution(struct ts_key *key, const struct resolution *resolution,
					     struct cache_map *cache)
{
	const struct neighbour *neighbour = resolution->neighbour;
	struct subject subject = { .has = TS_MATCH_DST };

	count(key, cache);
	if (!shared.listeners)
		return 0;
	read_neighbour_address(subject.dst, key, neighbour);
	return tell(key, &subject, neighbour->dev->nd_net.net, sizeof(struct ts_neighbour_event), 0,
		    describe_resolution, resolution);
}

/* Of the resolution going on: the kernel counts on from what it saves by asking everybody at once. */
static __always_inline int probes_sent(const struct neighbour *neighbour)
{
	return neighbour->probes.counter - neighbour->parms->data[NEIGH_VAR_UCAST_PROBES];
}

/* Before the change; `state` is the proposed one. */
SEC("tp_btf/neigh_update")
int BPF_PROG(neighbour_update, struct neighbour *neighbour, const __u8 *lladdr, __u8 state)
{
	__u8 before = neighbour->nud_state;
	struct neighbour_change change = {};
	__u64 address = (__u64)neighbour;

	if (state & NUD_VALID) {
		if (!(before & NUD_INCOMPLETE))
			return 0;
	} else if (!(state & NUD_FAILED) || !(before & (NUD_INCOMPLETE | NUD_PROBE))) {
		return 0;
	}
	change.fails = !(state & NUD_VALID);
	if (before & NUD_INCOMPLETE) {
		change.has_probes = 1;
		change.probes = probes_sent(neighbour);
	}
	bpf_map_update_elem(&neighbour_changes, &address, &change, BPF_ANY);
	return 0;
}

/* After the change, unless the kernel refused it or did something else (`ip neigh … use`): the state tells. */
SEC("tp_btf/neigh_update_done")
int BPF_PROG(neighbour_updated, struct neighbour *neighbour, int error)
{
	struct neighbour_change *noted, change;
	struct resolution resolution = { .neighbour = neighbour, .change = &change };
	__u64 address = (__u64)neighbour;
	struct ts_key key = {};

	noted = bpf_map_lookup_elem(&neighbour_changes, &address);
	if (!noted)
		return 0;
	change = *noted;
	if (bpf_map_delete_elem(&neighbour_changes, &address) || error)
		return 0;
	if (change.fails == !!(neighbour->nud_state & NUD_VALID))
		return 0;
	if (!begin_neighbour_key(&key, neighbour, TS_NEIGHBOUR_UPDATED))
		return 0;
	key.error = change.fails ? EHOSTUNREACH : 0;
	return finish_resolution(&key, &resolution, &neighbour_updated_cache);
}

/*
 * After each timer of an entry, when its lock is free again: under a flood another CPU's packet may have begun the next
 * resolution by then. That one has sent its first probe at most, while a timer that finds a resolution going on sends the
 * second at least. (Entries that the kernel itself keeps resolved send even the first by timer.)
 */
static __always_inline bool has_timed_out(const struct neighbour *neighbour)
{
	__u8 state = neighbour->nud_state;

	if (state & NUD_FAILED)
		return true;
	return (state & NUD_INCOMPLETE) && probes_sent(neighbour) <= (neighbour->flags & NTF_MANAGED ? 0 : 1);
}

SEC("tp_btf/neigh_timer_handler")
int BPF_PROG(neighbour_timer, struct neighbour *neighbour)
{
	struct resolution resolution = { .neighbour = neighbour };
	struct ts_key key = { .error = EHOSTUNREACH };

	if (!has_timed_out(neighbour) || !begin_neighbour_key(&key, neighbour, TS_NEIGHBOUR_TIMED_OUT))
		return 0;
	return finish_resolution(&key, &resolution, &neighbour_timer_cache);
}

/* For each packet to an entry in no state to send it. 1: it waits. */
SEC("tp_btf/neigh_event_send_done")
int BPF_PROG(neighbour_waits, struct neighbour *neighbour, int waits)
{
	struct ts_key key = {};

	if (waits && begin_neighbour_key(&key, neighbour, TS_NEIGHBOUR_WAITS))
		count(&key, &neighbour_waits_cache);
	return 0;
}
