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

/* A member behind an address that may be anything: 0 if it cannot be read. A load where that can be had, else a helper. */
#define FOLLOW(address, type, member)                                                                                  \
	({                                                                                                             \
		typeof(((type *)0)->member) followed;                                                                  \
		if (settings.has_rdonly_cast)                                                                          \
			followed = ((type *)bpf_rdonly_cast(address, bpf_core_type_id_kernel(type)))->member;          \
		else                                                                                                   \
			followed = BPF_CORE_READ((type *)(address), member);                                           \
		followed;                                                                                              \
	})

/* Sizes the kernel does not export. The tests of device names, of table life and of VRFs fail where one is another. */
#define NETDEV_HASHENTRIES 256	/* net/core/dev.h: chains of net.dev_index_head */
#define FIB_TABLE_HASH_SIZE 256 /* include/net/ip_fib.h with CONFIG_IP_MULTIPLE_TABLES: chains of fib_table_hash */
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

#endif
