/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * The lightweight tunnel that the nexthop of a route leads into. Route lookups count it here, under a key of its own beside
 * theirs, and tell of it in their events.
 */
#ifndef TABLESNOOP_ENCAP_BPF_H
#define TABLESNOOP_ENCAP_BPF_H

#include "../route/event.h"
#include "event.h"

static __always_inline __u64 data_of(__u64 tunnel)
{
	return tunnel + bpf_core_field_offset(struct lwtunnel_state, data);
}

static __always_inline __u8 action_of_sid(__u64 tunnel)
{
	/* A kernel without segment routing lacks the type. */
	return bpf_core_type_exists(struct seg6_local_lwt)
		       ? FOLLOW((void *)data_of(tunnel), struct seg6_local_lwt, action)
		       : 0;
}

/* The verifier knows the answer, and leaves out what is not asked for. */
static __always_inline bool counts_encaps(void)
{
	return settings.kinds & 1U << TS_KIND_encap;
}

/*
 * Counts a lookup once more, by the tunnel at this address, which may be 0. Of several nexthops nothing is known until one is
 * chosen.
 */
static __noinline int count_tunnel(const struct ts_key *route, __u64 tunnel, struct cache_map *cache)
{
	struct ts_key key = {
		.netns = route->netns,
		.words[TS_ENCAP_TABLE] = route->words[TS_ROUTE_TABLE],
		.kind = TS_KIND_encap,
		.family = route->family,
	};

	if (!counts_encaps() || !tunnel || route->words[TS_ROUTE_EGRESS] == TS_EGRESS_MULTIPATH)
		return 0;
	key.words[TS_ENCAP_TYPE] = FOLLOW((void *)tunnel, struct lwtunnel_state, type);
	if (key.words[TS_ENCAP_TYPE] == TS_ENCAP_SEG6_LOCAL)
		key.code = action_of_sid(tunnel);
	if (route->code == TS_ROUTE_SELECTED)
		key.words[TS_ENCAP_TYPE] |= TS_ENCAP_CHOSEN;
	count_again(&key, cache);
	return 0;
}

/* For a found lookup, by the cache of the program that calls. Without a tunnel it costs a load and a branch. */
static __always_inline void count_encap(const struct ts_key *route, const struct fib_nh_common *nhc,
					struct cache_map *cache)
{
	struct lwtunnel_state *tunnel = nhc->nhc_lwtstate;

	if (tunnel)
		count_tunnel(route, (__u64)tunnel, cache);
}

/* `count` items, for which there is room. */
static __always_inline void read_items(void *to, __u32 count, __u32 size, __u64 from)
{
	__u32 bytes = count * size;

	/* Keeps the check below where the verifier sees it. */
	asm volatile("" : "+r"(bytes));
	if (bytes <= sizeof(((struct ts_encap *)0)->segments))
		bpf_probe_read_kernel(to, bytes, (void *)from);
}

/* Those that come first on the way, if not all fit. */
static __always_inline void read_segments(struct ts_encap *encap, const struct ipv6_sr_hdr *header)
{
	__u32 count = BPF_CORE_READ(header, first_segment) + 1;
	__u32 told = count < TS_ENCAP_SEGMENTS ? count : TS_ENCAP_SEGMENTS;
	__u64 start = (__u64)header + bpf_core_field_offset(struct ipv6_sr_hdr, segments);

	encap->items = count;
	read_items(&encap->segments, told, sizeof(encap->segments[0]),
		   start + (count - told) * sizeof(encap->segments[0]));
}

static __always_inline void describe_seg6(struct ts_encap *encap, __u64 data)
{
	struct seg6_iptunnel_encap *policy;

	if (!bpf_core_type_exists(struct seg6_lwt))
		return;
	policy = (struct seg6_iptunnel_encap *)(data + bpf_core_field_offset(struct seg6_lwt, tuninfo));
	encap->code = BPF_CORE_READ(policy, mode);
	read_segments(encap,
		      (struct ipv6_sr_hdr *)((__u64)policy + bpf_core_field_offset(struct seg6_iptunnel_encap, srh)));
}

static __always_inline void describe_sid(struct ts_encap *encap, const struct seg6_local_lwt *sid, struct net *net)
{
	if (!bpf_core_type_exists(struct seg6_local_lwt))
		return;
	encap->code = BPF_CORE_READ(sid, action);
	encap->attributes = BPF_CORE_READ(sid, desc, attrs) | BPF_CORE_READ(sid, parsed_optattrs);
	if (encap->attributes & TS_SID_SRH) {
		read_segments(encap, BPF_CORE_READ(sid, srh));
		return;
	}
	encap->sid.table = BPF_CORE_READ(sid, table);
	if (bpf_core_field_exists(sid->dt_info))
		encap->sid.vrf_table = BPF_CORE_READ(sid, dt_info.vrf_table);
	encap->sid.nh4 = BPF_CORE_READ(sid, nh4.s_addr);
	BPF_CORE_READ_INTO(&encap->sid.nh6, sid, nh6.in6_u.u6_addr32);
	read_device_name(net, BPF_CORE_READ(sid, oif), encap->sid.oif);
	bpf_probe_read_kernel_str(encap->sid.program, TS_ENCAP_NAME, BPF_CORE_READ(sid, bpf.name));
	if (!bpf_core_field_exists(sid->flv_info))
		return;
	encap->sid.flavors = BPF_CORE_READ(sid, flv_info.flv_ops);
	encap->sid.block_bits = BPF_CORE_READ(sid, flv_info.lcblock_bits);
	encap->sid.function_bits = BPF_CORE_READ(sid, flv_info.lcnode_func_bits);
}

static __always_inline void describe_labels(struct ts_encap *encap, __u64 data)
{
	struct mpls_iptunnel_encap header = {};
	__u32 told;

	bpf_probe_read_kernel(&header, sizeof(header), (void *)data);
	encap->items = header.labels;
	encap->code = header.default_ttl;
	encap->attributes = header.ttl_propagate != 0;
	told = encap->items < TS_ENCAP_LABELS ? encap->items : TS_ENCAP_LABELS;
	read_items(&encap->labels, told, sizeof(encap->labels[0]), data + sizeof(header));
}

static __always_inline void describe_outer(struct ts_encap *encap, const struct ip_tunnel_info *info)
{
	struct ts_outer *outer = &encap->outer;

	if (!bpf_core_type_exists(struct ip_tunnel_info))
		return;
	outer->id = __builtin_bswap64(BPF_CORE_READ(info, key.tun_id));
	outer->ttl = BPF_CORE_READ(info, key.ttl);
	outer->tos = BPF_CORE_READ(info, key.tos);
	outer->flags = tunnel_flags(&info->key);
	if (encap->type == TS_ENCAP_IP6) {
		BPF_CORE_READ_INTO(&outer->src, info, key.u.ipv6.src);
		BPF_CORE_READ_INTO(&outer->dst, info, key.u.ipv6.dst);
	} else {
		outer->src[0] = BPF_CORE_READ(info, key.u.ipv4.src);
		outer->dst[0] = BPF_CORE_READ(info, key.u.ipv4.dst);
	}
}

static __always_inline void describe_programs(struct ts_encap *encap, const struct bpf_lwt *programs)
{
	if (!bpf_core_type_exists(struct bpf_lwt))
		return;
	bpf_probe_read_kernel_str(encap->programs.in, TS_ENCAP_NAME, BPF_CORE_READ(programs, in.name));
	bpf_probe_read_kernel_str(encap->programs.out, TS_ENCAP_NAME, BPF_CORE_READ(programs, out.name));
	bpf_probe_read_kernel_str(encap->programs.xmit, TS_ENCAP_NAME, BPF_CORE_READ(programs, xmit.name));
}

/* What is known of the tunnel at this address, which may be 0. All zero before. `net`: where its devices are. */
static __noinline int describe_tunnel(struct ts_encap *encap, __u64 tunnel, struct net *net)
{
	__u64 data = data_of(tunnel);

	if (!encap || !tunnel)
		return 0;
	encap->type = BPF_CORE_READ((struct lwtunnel_state *)tunnel, type);
	switch (encap->type) {
	case TS_ENCAP_MPLS: describe_labels(encap, data); break;
	case TS_ENCAP_IP:
	case TS_ENCAP_IP6: describe_outer(encap, (struct ip_tunnel_info *)data); break;
	case TS_ENCAP_SEG6: describe_seg6(encap, data); break;
	case TS_ENCAP_BPF: describe_programs(encap, (struct bpf_lwt *)data); break;
	case TS_ENCAP_SEG6_LOCAL: describe_sid(encap, (struct seg6_local_lwt *)data, net); break;
	}
	return 0;
}

#endif
