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

/* uapi/linux/if_ether.h, in network order */
#define ETH_P_IP_BE __builtin_bswap16(0x0800)
#define ETH_P_IPV6_BE __builtin_bswap16(0x86dd)

#define PACKET_HOST 0 /* uapi/linux/if_packet.h */

#define ENOENT 2
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

#define RT_TABLE_DEFAULT 253
#define RT_TABLE_MAIN 254
#define RT_TABLE_LOCAL 255
#define IFF_UP 1	   /* uapi/linux/if.h */
#define RTF_GATEWAY 0x0002 /* uapi/linux/route.h */
#define RTF_REJECT 0x0200
#define LOOPBACK_IFINDEX 1	  /* net/flow.h: iif of locally made and reverse path lookups */
#define PF_IO_WORKER 0x00000010	  /* linux/sched.h */
#define PF_USER_WORKER 0x00004000 /* since 6.4 */
#define PF_KTHREAD 0x00200000
#define S_IFMT 00170000 /* uapi/linux/stat.h */
#define S_IFSOCK 0140000
#define S_IFCHR 0020000
#define ETH_P_IP 0x0800 /* uapi/linux/if_ether.h */

/* uapi/linux/netfilter.h and netfilter/nf_tables.h */
#define NFPROTO_NETDEV 5
#define NF_NETDEV_INGRESS 0
#define NFT_BREAK 0xfffffffeU
#define NFT_REGISTERS 20

/* uapi/linux/neighbour.h and net/neighbour.h */
#define NUD_INCOMPLETE 0x01
#define NUD_PROBE 0x10
#define NUD_FAILED 0x20
#define NUD_VALID 0xde
#define NTF_MANAGED (1U << 8) /* since 5.16 */
#define NEIGH_VAR_UCAST_PROBES 1

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct list_head {
	struct list_head *next, *prev;
};

struct proc_ns_operations;

struct ns_common {
	const struct proc_ns_operations *ops;
	unsigned int inum;
};

typedef struct {
	int counter;
} atomic_t;

/* Of these only the size is asked for, and what is behind an enumerator read. */
struct ipstats_mib {
	__u64 mibs[1];
};
struct linux_mib;

struct netns_mib { /* all per CPU */
	struct ipstats_mib *ip_statistics;
	struct ipstats_mib *ipv6_statistics;
	struct linux_mib *net_statistics;
};

struct fib6_info;

struct hlist_node {
	struct hlist_node *next;
};

struct in_addr {
	__be32 s_addr;
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
	int tb_num_default;
};

struct netns_ipv4 {
	struct fib_table *fib_main;
	struct hlist_head *fib_table_hash;
	unsigned int fib_seq;
	bool fib_has_custom_rules;
};

struct netns_ipv6 {
	struct fib6_info *fib6_null_entry;
	struct hlist_head *fib_table_hash;
	struct fib6_table *fib6_main_tbl;
	struct fib6_table *fib6_local_tbl;
	atomic_t fib6_sernum;
	bool fib6_has_custom_rules;
};

struct net {
	struct net_device *loopback_dev;
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

struct net_device_stats {
	unsigned long tx_dropped;
	unsigned long collisions;
	unsigned long tx_carrier_errors;
};

struct net_device_core_stats { /* per CPU */
	unsigned long tx_dropped;
};

typedef struct {
	unsigned long v;
} u64_stats_t;

struct pcpu_dstats { /* per CPU */
	u64_stats_t tx_drops;
};

enum netdev_stat_type {
	NETDEV_PCPU_STAT_DSTATS = 3,
};

struct neigh_statistics { /* per CPU */
	unsigned long table_fulls;
};

struct neigh_table {
	int family;
	int gc_thresh3;
	atomic_t entries;
	struct neigh_statistics *stats;
};

struct neigh_parms {
	struct neigh_table *tbl;
	int data[2]; /* more of them: NEIGH_VAR_* */
};

struct in_device {
	struct neigh_parms *arp_parms;
};

struct inet6_dev {
	struct neigh_parms *nd_parms;
};

struct net_device {
	unsigned int flags;
	struct in_device *ip_ptr;
	struct inet6_dev *ip6_ptr;
	void *mpls_ptr; /* absent without CONFIG_MPLS_ROUTING */
	struct net_device_stats stats;
	struct net_device_core_stats *core_stats;
	struct pcpu_dstats *dstats;
	enum netdev_stat_type pcpu_stat_type : 8;
	const struct rtnl_link_ops *rtnl_link_ops;
	char name[16];
	struct list_head dev_list;
	struct hlist_node index_hlist;
	int ifindex;
	unsigned char addr_len;
	possible_net_t nd_net;
};

struct sock;

struct neighbour {
	struct neigh_table *tbl;
	struct neigh_parms *parms;
	atomic_t probes;
	__u8 nud_state;
	__u32 flags; /* since 5.16 as 32 bits */
	unsigned char ha[32];
	struct net_device *dev;
	__u8 primary_key[];
};

struct sk_buff {
	struct net_device *dev; /* shares its bytes with others */
	struct sock *sk;
	unsigned long _skb_refdst; /* of a struct dst_entry, with flags in the lowest bit */
	unsigned char *head;
	unsigned char *data;
	__u8 pkt_type : 3;
	__be16 protocol;
	__u16 network_header; /* offset from head, and so the next */
	__u16 mac_header;
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

struct ipv6_sr_hdr {
	__u8 first_segment;
	struct in6_addr segments[0];
};

/* What lightweight tunnels keep as their data, but for MPLS (compat.bpf.h). */
struct lwtunnel_state {
	__u16 type;
	__u8 data[0];
};

struct seg6_iptunnel_encap {
	int mode;
	struct ipv6_sr_hdr srh[0];
};

struct seg6_lwt {
	struct seg6_iptunnel_encap tuninfo[0];
};

struct seg6_end_dt_info {
	int vrf_table;
};

struct seg6_flavors_info {
	__u32 flv_ops;
	__u8 lcblock_bits;
	__u8 lcnode_func_bits;
};

struct seg6_action_desc {
	unsigned long attrs;
};

struct bpf_lwt_prog {
	char *name;
};

struct seg6_local_lwt {
	int action;
	struct ipv6_sr_hdr *srh;
	int table;
	struct in_addr nh4;
	struct in6_addr nh6;
	int oif;
	struct bpf_lwt_prog bpf;
	struct seg6_end_dt_info dt_info;   /* with CONFIG_NET_L3_MASTER_DEV */
	struct seg6_flavors_info flv_info; /* since 6.1 */
	struct seg6_action_desc *desc;
	unsigned long parsed_optattrs;
};

struct bpf_lwt {
	struct bpf_lwt_prog in;
	struct bpf_lwt_prog out;
	struct bpf_lwt_prog xmit;
};

struct ip_tunnel_key {
	__be64 tun_id;
	union {
		struct {
			__be32 src;
			__be32 dst;
		} ipv4;
		struct {
			struct in6_addr src;
			struct in6_addr dst;
		} ipv6;
	} u;
	unsigned long tun_flags[1]; /* since 6.10; before it a __be16 */
	__u8 tos;
	__u8 ttl;
};

struct ip_tunnel_info {
	struct ip_tunnel_key key;
};

struct nexthop;

struct fib_nh_common {
	struct net_device *nhc_dev;
	__u8 nhc_gw_family;
	struct lwtunnel_state *nhc_lwtstate;
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
	unsigned char fib_protocol;
	__u32 fib_priority;
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

struct nh_grp_entry {
	struct nexthop *nh;
};

struct nh_group {
	__u16 num_nh;
	struct nh_grp_entry nh_entries[];
};

struct nexthop {
	struct list_head grp_list; /* the groups this object is in */
	bool is_group;
	struct nh_info *nh_info; /* shares its bytes with the next */
	struct nh_group *nh_grp;
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
	struct fib6_info *fib6_next;
	struct rt6key fib6_dst;
	__u32 fib6_flags;
	__u32 fib6_metric;
	__u8 fib6_protocol;
	__u8 fib6_type;
	unsigned int fib6_nsiblings;
	struct nexthop *nh;
	struct fib6_nh fib6_nh[];
};

enum fib_event_type {
	FIB_EVENT_ENTRY_REPLACE = 0, /* CO-RE puts in the kernel's numbers */
	FIB_EVENT_ENTRY_APPEND = 1,
	FIB_EVENT_ENTRY_ADD = 2,
	FIB_EVENT_ENTRY_DEL = 3,
};

struct fib_notifier_info {
	int family;
};

struct fib_entry_notifier_info {
	__u32 dst; /* in host order */
	int dst_len;
	struct fib_info *fi;
	__u8 type;
	__u32 tb_id;
};

struct fib6_entry_notifier_info {
	struct fib6_info *rt;
};

struct fib6_result {
	struct fib6_nh *nh;
	struct fib6_info *f6i;
	__u32 fib6_flags;
	__u8 fib6_type;
};

struct fib6_node {
	struct fib6_info *leaf;
};

struct fib6_table {
	struct hlist_node tb6_hlist;
	__u32 tb6_id;
	struct fib6_node tb6_root;
	unsigned int fib_seq;
};

struct dst_ops {
	unsigned short family;
};

struct dst_entry {
	struct net_device *dev;
	struct dst_ops *ops;
	struct lwtunnel_state *lwtstate;
	short error; /* positive in input */
};

struct rtable {
	struct dst_entry dst;
	__u8 rt_gw_family; /* 0: it has none */
	union {
		__be32 rt_gw4;
		struct in6_addr rt_gw6;
	};
};

struct rt6_info {
	struct dst_entry dst;
	struct fib6_info *from;
	struct in6_addr rt6i_gateway;
	__u32 rt6i_flags;
};

struct dst_cache;

struct dst_cache_pcpu {
	union {
		struct in_addr in_saddr;
		struct in6_addr in6_saddr;
	};
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
	__be32 skc_daddr;
	__be32 skc_rcv_saddr;
	unsigned short skc_family;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
};

struct sock {
	struct sock_common __sk_common;
	__u16 sk_protocol;
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

/* include/linux/netfilter.h */
struct nf_hook_state {
	__u8 hook;
	__u8 pf;
	struct net *net;
};

struct bpf_array {
	void *pptrs[0];
};

struct net_bridge {
	struct net_device *dev;
	struct hlist_head fdb_list;
};

struct net_bridge_port {
	struct net_device *dev;
};

struct mac_addr {
	unsigned char addr[6];
};

struct net_bridge_fdb_key {
	struct mac_addr addr;
	__u16 vlan_id;
};

struct net_bridge_fdb_entry {
	struct net_bridge_port *dst; /* 0: an address of the bridge itself */
	struct net_bridge_fdb_key key;
	struct hlist_node fdb_node;
	unsigned long flags;
	unsigned long updated;
	unsigned long used;
};

#pragma clang attribute pop

#endif
