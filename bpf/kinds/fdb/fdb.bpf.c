/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Changes of bridges' forwarding tables. The tracepoints are in the kernel proper even where the bridge is a module, but the
 * function that floods is not. What somebody configures (static entries, the bridge's own addresses) is not counted.
 */

#include "event.h"

/* net/bridge/br_private.h, the same since 5.4: bits of net_bridge_fdb_entry.flags. */
#define BR_FDB_LOCAL (1 << 0)
#define BR_FDB_STATIC (1 << 1)
#define BR_FDB_ADDED_BY_USER (1 << 3)
#define BR_FDB_ADDED_BY_EXT_LEARN (1 << 4)
/* enum br_pkt_type */
#define BR_PKT_UNICAST 0

/* By number, not by address: a bridge made later may get the address of one that is gone. */
struct station {
	__u64 netns; /* cookie */
	__u32 bridge;
	__u16 vlan;
	__u8 mac[6];
	__u32 reserved;
};

struct sighting {
	__u32 port;    /* ifindex */
	__u32 learned; /* 1: it was counted as learned, so that its removal is counted too */
};

/*
 * Where each station was last: the kernel tells that a station is at a port now, but not where it was. Written by all three
 * programs; an entry goes with the kernel's. When full, the station that changed longest ago makes room.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct station);
	__type(value, struct sighting);
} fdb_stations SEC(".maps");

struct cache_map fdb_update_cache SEC(".maps");
struct cache_map fdb_delete_cache SEC(".maps");
struct cache_map fdb_external_cache SEC(".maps");
struct cache_map fdb_flood_cache SEC(".maps");

struct fdb_change {
	struct station station;
	struct net *net;
	const struct net_device *bridge;
	const struct net_device *port; /* 0 if removed */
	__u32 from;		       /* ifindex, 0 if learned or unknown */
};

/* False if this cannot be attributed to a bridge. */
static __always_inline bool begin_change(struct fdb_change *change, const struct net_bridge *bridge, const __u8 *mac,
					 __u16 vlan)
{
	struct net_device *device = BPF_CORE_READ(bridge, dev);
	struct net *net = BPF_CORE_READ(device, nd_net.net);

	__builtin_memset(change, 0, sizeof(*change));
	change->bridge = device;
	change->net = net;
	change->station.netns = BPF_CORE_READ(net, net_cookie);
	change->station.bridge = BPF_CORE_READ(device, ifindex);
	change->station.vlan = vlan;
	return !bpf_probe_read_kernel(change->station.mac, sizeof(change->station.mac), mac) && change->station.bridge;
}

static __always_inline void describe_fdb(struct ts_event *head, const struct ts_key *key, const void *of)
{
	struct ts_fdb_event *event = (struct ts_fdb_event *)head;
	const struct fdb_change *change = of;
	const struct net_device *bridge = change->bridge, *port = change->port;

	BPF_CORE_READ_STR_INTO(&event->head.device, bridge, name);
	__builtin_memcpy(event->mac, change->station.mac, sizeof(event->mac));
	event->vlan = change->station.vlan;
	if (port)
		BPF_CORE_READ_STR_INTO(&event->port, port, name);
	/* A port is in the namespace of its bridge. */
	read_device_name(change->net, change->from, event->from);
}

static __always_inline int finish_change(const struct fdb_change *change, __u8 code, __u32 teacher,
					 struct cache_map *cache)
{
	struct ts_key key = {
		.netns = change->station.netns,
		.words = { change->station.bridge, teacher },
		.kind = TS_KIND_fdb,
		.family = TS_NO_FAMILY,
		.code = code,
	};
	struct subject subject = {};

	count(&key, cache);
	if (!shared.listeners)
		return 0;
	return tell(&key, &subject, change->net, sizeof(struct ts_fdb_event), 0, describe_fdb, change);
}

/*
 * Puts the station at the port and returns where it was known to be, 0 if nowhere. `learned` is of one that was not known.
 * Of two CPUs that see the same station at once each gets what the other left.
 */
static __always_inline __u32 put_station(const struct station *station, __u32 port, bool learned)
{
	struct sighting fresh = { .port = port, .learned = learned }, *known;

	if (!bpf_map_update_elem(&fdb_stations, station, &fresh, BPF_NOEXIST))
		return 0;
	known = bpf_map_lookup_elem(&fdb_stations, station);
	return known ? __sync_lock_test_and_set(&known->port, port) : 0;
}

/* By byte: there is no memcmp() here, and none of the two need be aligned. */
static __always_inline bool is_same_mac(const __u8 a[6], const __u8 b[6])
{
	return !((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3]) | (a[4] ^ b[4]) | (a[5] ^ b[5]));
}

/*
 * Was the station's entry made just now? A new entry is the first of its bridge's list, which stays so until the hook
 * returns, as the kernel holds the lock; and nothing has used it since. This judges stations that are not in the map: of
 * before the load, or pushed out.
 */
static __always_inline bool is_new(const struct net_bridge *bridge, const struct station *station)
{
	__u64 first = (__u64)BPF_CORE_READ(bridge, fdb_list.first);
	struct net_bridge_fdb_entry *entry;
	struct net_bridge_fdb_key key;

	if (!first)
		return true;
	entry = (struct net_bridge_fdb_entry *)(first - bpf_core_field_offset(struct net_bridge_fdb_entry, fdb_node));
	BPF_CORE_READ_INTO(&key.addr, entry, key.addr);
	if (!is_same_mac(key.addr.addr, station->mac) || BPF_CORE_READ(entry, key.vlan_id) != station->vlan)
		return false;
	return BPF_CORE_READ(entry, used) == BPF_CORE_READ(entry, updated);
}

/*
 * After the change, and only if there was one: an entry was made, has another port, or (the same port) woke up from being
 * inactive. `flags` are the caller's and tell none of that.
 */
SEC("tp_btf/br_fdb_update")
int BPF_PROG(fdb_update, struct net_bridge *bridge, struct net_bridge_port *source, const __u8 *mac, __u16 vlan,
	     unsigned long flags)
{
	struct net_device *device = BPF_CORE_READ(source, dev);
	__u32 port = BPF_CORE_READ(device, ifindex);
	struct fdb_change change;
	bool learned;

	if (!begin_change(&change, bridge, mac, vlan))
		return 0;
	change.port = device;
	learned = is_new(bridge, &change.station);
	change.from = put_station(&change.station, port, learned);
	if (change.from == port)
		return 0;
	learned = learned && !change.from;
	return finish_change(&change, learned ? TS_FDB_LEARNED : TS_FDB_MOVED, TS_FDB_BY_FRAME, &fdb_update_cache);
}

/*
 * Before the change, and also if nothing changes. The verifier believes that there is a port, and would take out a test for
 * it: where there is none, which makes it an address of the bridge's own, it has no ifindex.
 */
SEC("tp_btf/br_fdb_external_learn_add")
int BPF_PROG(fdb_external, struct net_bridge *bridge, struct net_bridge_port *source, const __u8 *mac, __u16 vlan)
{
	struct net_device *device = BPF_CORE_READ(source, dev);
	__u32 port = BPF_CORE_READ(device, ifindex);
	struct fdb_change change;

	if (!port || !begin_change(&change, bridge, mac, vlan))
		return 0;
	change.port = device;
	change.from = put_station(&change.station, port, true);
	if (change.from == port)
		return 0;
	return finish_change(&change, change.from ? TS_FDB_MOVED : TS_FDB_LEARNED, TS_FDB_BY_CONTROL,
			     &fdb_external_cache);
}

/* Of one that the map does not know as learned. What somebody configured goes without a word. */
static __always_inline bool tells_learned(unsigned long flags)
{
	if (flags & (BR_FDB_LOCAL | BR_FDB_STATIC))
		return false;
	return flags & BR_FDB_ADDED_BY_EXT_LEARN || !(flags & BR_FDB_ADDED_BY_USER);
}

/* By ageing, by a flush, by request, or because port or bridge go. Before the change, under the kernel's lock. */
SEC("tp_btf/fdb_delete")
int BPF_PROG(fdb_delete, struct net_bridge *bridge, struct net_bridge_fdb_entry *entry)
{
	struct fdb_change change;
	struct sighting *known;
	bool learned;

	if (!begin_change(&change, bridge, entry->key.addr.addr, BPF_CORE_READ(entry, key.vlan_id)))
		return 0;
	known = bpf_map_lookup_elem(&fdb_stations, &change.station);
	learned = (known && known->learned) || tells_learned(BPF_CORE_READ(entry, flags));
	bpf_map_delete_elem(&fdb_stations, &change.station);
	if (!learned)
		return 0;
	change.from = BPF_CORE_READ(entry, dst, dev, ifindex);
	return finish_change(&change, TS_FDB_REMOVED, TS_FDB_BY_FRAME, &fdb_delete_cache);
}

/*
 * A frame to a station at no known port goes to all. Since 6.12 there is a sixth argument; the first three are all we need. The
 * bridge's own frames come in by the bridge itself.
 */
SEC("fentry/br_flood")
int BPF_PROG(fdb_flood, struct net_bridge *bridge, struct sk_buff *frame, __u32 type)
{
	__u64 head = (__u64)BPF_CORE_READ(frame, head);
	struct net_device *device = BPF_CORE_READ(frame, dev);
	__u64 start = head + BPF_CORE_READ(frame, mac_header);
	struct fdb_change change;

	if (type != BR_PKT_UNICAST || !begin_change(&change, bridge, (const __u8 *)start, 0))
		return 0;
	change.from = BPF_CORE_READ(device, ifindex);
	return finish_change(&change, TS_FDB_FLOODED, TS_FDB_BY_FRAME, &fdb_flood_cache);
}
