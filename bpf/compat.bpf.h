/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Where kernels differ, and what we know of them that CO-RE cannot check. Each entry names the release and the commit that
 * made it necessary and when it can go. Hooks that are missing somewhere are in native/kinds/WORD/probes.cc. docs/kernels.md
 * lists both.
 */
#ifndef TABLESNOOP_COMPAT_BPF_H
#define TABLESNOOP_COMPAT_BPF_H

/* 6.18 (1bec9d0c0046) made flowi_common.flowic_tos flowic_dscp. The flavour goes when 6.17 is no longer supported. */
struct flowi_common___old {
	__u8 flowic_tos;
} __attribute__((preserve_access_index));

static __always_inline __u8 tos_of(const struct flowi_common *flow)
{
	if (bpf_core_field_exists(flow->flowic_dscp))
		return flow->flowic_dscp;
	return ((const struct flowi_common___old *)flow)->flowic_tos;
}

/*
 * 6.2 (a35b9af4ec2c) brought bpf_rdonly_cast(), which turns an address into a pointer that the verifier lets us follow for
 * the price of a load. settings.has_rdonly_cast says whether it is there; the test for it goes when 6.1 is no longer supported.
 */
extern void *bpf_rdonly_cast(const void *object, __u32 type_id) __ksym __weak;

/*
 * A member behind an address that may be anything: 0 if it cannot be read. A load where that can be had, else a helper. The
 * address is taken first, as what leads to it may be a struct of our own, which the kernel's types do not have.
 */
#define FOLLOW(address, type, member)                                                                                  \
	({                                                                                                             \
		type *followed_from = (type *)(address);                                                               \
		typeof(((type *)0)->member) followed;                                                                  \
		if (settings.has_rdonly_cast)                                                                          \
			followed = ((type *)bpf_rdonly_cast(followed_from, bpf_core_type_id_kernel(type)))->member;    \
		else                                                                                                   \
			followed = BPF_CORE_READ(followed_from, member);                                               \
		followed;                                                                                              \
	})

/*
 * 6.10 made ip_tunnel_key.tun_flags, of 16 bits in network order, a bitmap; the first 16 flags kept their numbers. The flavour
 * goes when 6.9 is no longer supported.
 */
struct ip_tunnel_key___old {
	__be16 tun_flags;
} __attribute__((preserve_access_index));

static __always_inline __u16 tunnel_flags(const struct ip_tunnel_key *key)
{
	if (bpf_core_field_exists(key->tun_flags))
		return BPF_CORE_READ(key, tun_flags[0]);
	return __builtin_bswap16(BPF_CORE_READ((const struct ip_tunnel_key___old *)key, tun_flags));
}

/* Only PREEMPT_RT has this: how often the task has softirqs disabled, or whether it runs one. */
struct task_struct___rt {
	int softirq_disable_cnt;
} __attribute__((preserve_access_index));

/* x86, without KASAN, which doubles it: then a call that is deep in its stack is not taken for one. */
#define THREAD_SIZE 16384
/* linux/preempt.h: set while a softirq runs. arm64 keeps the count in thread_info. */
#define SOFTIRQ_OFFSET 0x100

/* Sizes the kernel does not export. The tests of device names, of table life and of VRFs fail where one is another. */
#define NETDEV_HASHENTRIES 256	/* net/core/dev.h: chains of net.dev_index_head */
#define FIB_TABLE_HASH_SIZE 256 /* include/net/ip_fib.h, ip6_fib.h with multiple tables: chains of fib_table_hash */
#define NETDEV_ALIGN 32 /* include/linux/netdevice.h: netdev_priv() begins at the device's size rounded up to it */

/*
 * drivers/net/vrf.c, a module on most kernels: its types are in the module's BTF, which needs CAP_SYS_ADMIN to read.
 * So the real layout, unchanged since 4.7, without CO-RE; who reads it checks tb_id against the IPv6 table's.
 */
struct net_vrf {
	void *rth;
	void *rt6;
	struct fib6_table *fib6_table;
	__u32 tb_id;
};

/*
 * include/net/mpls_iptunnel.h, used by a module alone, so its types are in the module's BTF as well. The real layout, unchanged
 * since 4.12. What is read is bounded, and labels have 20 bits; the test of MPLS routes fails where it is another.
 */
struct mpls_iptunnel_encap {
	__u8 labels; /* how many */
	__u8 ttl_propagate;
	__u8 default_ttl;
	__u8 reserved1;
	__u32 label[];
};

/*
 * net/mpls/internal.h and uapi/linux/mpls.h, a module as well: unchanged since 4.12. Who reads a mpls_dev checks that it
 * is the device's own. A link's statistics are the same since 4.11.
 */
struct mpls_link_stats { /* per CPU */
	__u64 rx_packets;
	__u64 tx_packets;
	__u64 rx_bytes;
	__u64 tx_bytes;
	__u64 rx_errors;
	__u64 tx_errors;
	__u64 rx_dropped;
	__u64 tx_dropped;
	__u64 rx_noroute;
};

struct mpls_dev {
	int input_enabled;
	struct net_device *dev;
	struct mpls_link_stats *stats;
};

/* The labels are right behind it, in host order. */
struct mpls_nh {
	struct net_device *nh_dev;
	__u32 nh_flags;
	__u8 nh_labels;
	__u8 nh_via_alen;
	__u8 nh_via_table;
	__u8 nh_reserved1;
};

/*
 * include/net/vxlan.h, a module's as well: the beginning, the same in 6.1 to 7.3. Who reads a vxlan_dev knows its device from
 * elsewhere.
 */
struct vxlan_rdst {
	__u8 remote_ip[28];
	__be16 remote_port;
	__u8 offloaded;
	__be32 remote_vni;
};

struct vxlan_dev {
	__u8 lists_and_sockets[80];
	struct net_device *dev;
	struct net *net; /* of the outer packet */
	struct vxlan_rdst default_dst;
};

/*
 * include/net/netfilter/nf_tables.h and nft_fib.h, of modules as well: the beginnings, the same in 6.1 to 7.3.
 */
struct nft_pktinfo {
	void *skb;
	const struct nf_hook_state *state;
};

/* What an expression needs is right behind it. */
struct nft_expr {
	const void *ops;
};

struct nft_regs {
	__u32 data[NFT_REGISTERS]; /* the first is the verdict */
};

struct nft_fib {
	__u8 dreg; /* where the answer goes */
};

/*
 * 6.15 moved VXLAN's count of drops from the device to its CPUs; 6.7 brought pcpu_stat_type, which says so. Goes when 6.14 is
 * no longer supported.
 */
static __always_inline bool counts_drops_percpu(struct net_device *dev)
{
	if (!bpf_core_field_exists(dev->pcpu_stat_type) ||
	    !bpf_core_enum_value_exists(enum netdev_stat_type, NETDEV_PCPU_STAT_DSTATS) ||
	    !bpf_core_field_exists(struct pcpu_dstats, tx_drops))
		return false;
	return BPF_CORE_READ_BITFIELD_PROBED(dev, pcpu_stat_type) ==
	       bpf_core_enum_value(enum netdev_stat_type, NETDEV_PCPU_STAT_DSTATS);
}

#endif
