/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * The few kernel types the probes read, cut down to the members they touch. CO-RE moves every access to where the
 * running kernel keeps the member, so order and gaps here mean nothing. Checked on 6.1, 6.12 and 6.18.
 */
#ifndef TABLESNOOP_KERNEL_TYPES_H
#define TABLESNOOP_KERNEL_TYPES_H

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef signed char __s8;
typedef short __s16;
typedef int __s32;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u64 __be64;
typedef __u32 __wsum;
#include <stdbool.h>

/* uapi/linux/bpf.h: what the map definitions need. */
enum {
	BPF_ANY = 0,
	BPF_NOEXIST = 1,
};

enum bpf_map_type {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_QUEUE = 22,
	BPF_MAP_TYPE_RINGBUF = 27,
};

#define BPF_F_MMAPABLE (1U << 10)

/* bpf_ringbuf_submit() and bpf_ringbuf_query() */
#define BPF_RB_NO_WAKEUP 1
#define BPF_RB_FORCE_WAKEUP 2
#define BPF_RB_AVAIL_DATA 0

#define AF_INET 2
#define AF_INET6 10

#define ESRCH 3
#define EACCES 13
#define EAGAIN 11
#define EINVAL 22
#define ENETUNREACH 101
#define EHOSTUNREACH 113

/* uapi/linux/rtnetlink.h */
#define RTN_BLACKHOLE 6
#define RTN_UNREACHABLE 7
#define RTN_PROHIBIT 8
#define RTN_THROW 9

#define RT_TABLE_LOCAL 255
#define RTF_REJECT 0x0200	  /* uapi/linux/route.h */
#define LOOPBACK_IFINDEX 1	  /* net/flow.h: iif of locally made and reverse path lookups */
#define PF_IO_WORKER 0x00000010	  /* linux/sched.h */
#define PF_USER_WORKER 0x00004000 /* since 6.4 */
#define PF_KTHREAD 0x00200000
#define S_IFMT 00170000 /* uapi/linux/stat.h */
#define S_IFSOCK 0140000
#define S_IFCHR 0020000
#define ETH_P_IP 0x0800 /* uapi/linux/if_ether.h */

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct list_head {
	struct list_head *next, *prev;
};

struct proc_ns_operations;

struct ns_common {
	const struct proc_ns_operations *ops;
	unsigned int inum;
};

struct ipstats_mib;

struct netns_mib {
	struct ipstats_mib *ip_statistics; /* per CPU */
	struct ipstats_mib *ipv6_statistics;
};

struct fib6_info;

struct hlist_node {
	struct hlist_node *next;
};

struct in6_addr {
	union {
		__u32 u6_addr32[4];
	} in6_u;
};

struct hlist_head {
	struct hlist_node *first;
};

struct fib_table {
	struct hlist_node tb_hlist;
	__u32 tb_id;
};

struct netns_ipv4 {
	struct hlist_head *fib_table_hash;
};

struct netns_ipv6 {
	struct fib6_info *fib6_null_entry;
};

struct net {
	struct list_head list;
	struct ns_common ns;
	struct list_head dev_base_head;
	struct hlist_head *dev_index_head;
	struct netns_mib mib;
	struct netns_ipv4 ipv4;
	struct netns_ipv6 ipv6;
	__u64 net_cookie; /* since 5.12 as a plain u64 */
};

typedef struct {
	struct net *net;
} possible_net_t;

struct rtnl_link_ops {
	const char *kind;
};

struct net_device {
	const struct rtnl_link_ops *rtnl_link_ops;
	char name[16];
	struct list_head dev_list;
	struct hlist_node index_hlist;
	int ifindex;
	possible_net_t nd_net;
};

struct sk_buff {
	struct net_device *dev;
	unsigned long _skb_refdst;
	unsigned char *head;
	__be16 protocol;
	__u16 network_header; /* offset from head */
};

enum skb_drop_reason {
	SKB_DROP_REASON_IP_RPFILTER = 1, /* CO-RE puts in the kernel's number */
};

struct flowi_common {
	int flowic_oif;
	int flowic_iif;
	__u32 flowic_mark;
	__u8 flowic_dscp;
	__u8 flowic_proto;
};

struct flowi4 {
	struct flowi_common __fl_common;
	__u32 saddr;
	__u32 daddr;
};

struct flowi6 {
	struct flowi_common __fl_common;
	struct in6_addr daddr;
	struct in6_addr saddr;
	__be32 flowlabel;
};

struct flowi {
	union {
		struct flowi4 ip4;
		struct flowi6 ip6;
	} u;
};

struct nexthop;

struct fib_nh_common {
	struct net_device *nhc_dev;
	__u8 nhc_gw_family;
	union {
		__be32 ipv4;
		struct in6_addr ipv6;
	} nhc_gw;
};

struct fib_info;

struct fib_nh {
	struct fib_nh_common nh_common;
	struct fib_info *nh_parent;
};

struct fib_info {
	struct net *fib_net;
	struct nexthop *nh;
	int fib_nhs;
	struct fib_nh fib_nh[];
};

struct fib_result {
	__be32 prefix;
	unsigned char prefixlen;
	unsigned char type;
	struct fib_nh_common *nhc;
	struct fib_info *fi;
	struct fib_table *table;
};

struct nh_info {
	struct nexthop *nh_parent;
	struct fib_nh_common fib_nhc;
};

struct nexthop {
	struct list_head grp_list; /* the groups this object is in */
	bool is_group;
	struct nh_info *nh_info;
};

struct fib6_nh {
	struct fib_nh_common nh_common;
};

struct rt6key {
	struct in6_addr addr;
	int plen;
};

struct fib6_info {
	struct fib6_table *fib6_table;
	struct rt6key fib6_dst;
	unsigned int fib6_nsiblings;
	struct nexthop *nh;
};

struct fib6_result {
	struct fib6_nh *nh;
	struct fib6_info *f6i;
	__u32 fib6_flags;
	__u8 fib6_type;
};

struct fib6_table {
	__u32 tb6_id;
};

struct dst_entry {
	struct net_device *dev;
	short error; /* positive in input */
};

struct rt6_info {
	struct dst_entry dst;
	struct fib6_info *from;
	struct in6_addr rt6i_gateway;
};

typedef struct {
	__u32 val;
} kuid_t;

struct fib_kuid_range {
	kuid_t start;
	kuid_t end;
};

struct fib_rule {
	__u32 mark;
	__u32 mark_mask;
	__u32 pref;
	__u32 table;
	__u8 action;
	__u8 l3mdev;
	char iifname[16];
	char oifname[16];
	struct fib_kuid_range uid_range;
};

struct fib4_rule {
	struct fib_rule common;
	__u8 dst_len;
	__u8 src_len;
	__u8 dscp; /* since 5.18 */
	__be32 src;
	__be32 dst;
};

struct fib6_rule {
	struct fib_rule common;
	struct rt6key src;
	struct rt6key dst;
	__u8 dscp; /* since 5.18 */
};

struct fib_rules_ops {
	int family;
	struct net *fro_net;
};

struct fib_lookup_arg {
	void *result; /* IPv4: the struct fib_result of the table lookups */
	struct fib_rule *rule;
	__u32 table;
};

struct nsproxy {
	struct net *net_ns;
};

struct inode {
	__u16 i_mode;
};

struct file {
	struct inode *f_inode;
	void *private_data;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct thread_info {
#if defined(__TARGET_ARCH_arm64)
	union {
		struct {
			__u32 count;
		} preempt;
	};
#else
	unsigned long flags;
#endif
};

struct task_struct {
	struct thread_info thread_info;
	unsigned int flags;
	struct nsproxy *nsproxy;
	struct files_struct *files;
};

struct sock_common {
	possible_net_t skc_net;
};

struct sock {
	struct sock_common __sk_common;
};

struct socket {
	struct sock *sk;
};

struct pt_regs {
#if defined(__TARGET_ARCH_x86)
	unsigned long di;
	unsigned long orig_ax;
#elif defined(__TARGET_ARCH_arm64)
	__u64 orig_x0;
	__s32 syscallno;
#endif
};

struct bpf_array {
	void *pptrs[0];
};

#pragma clang attribute pop

#endif
