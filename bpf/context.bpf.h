/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Which namespace does a lookup belong to when the hook does not say? The IPv4 tracepoint carries no struct net for a miss.
 * With one namespace on the machine it is that one. A system call asks for the socket it works on, else for its task. What
 * is left has to wait for what follows it (kinds/route/unowned.bpf.h): packets, whose softirq runs on top of any task (veth
 * runs the receiver's on the sender's), timers, and kernel threads.
 */
#ifndef TABLESNOOP_CONTEXT_BPF_H
#define TABLESNOOP_CONTEXT_BPF_H

/* The address itself if a struct net is there, else 0: what led to it may have been freed meanwhile. */
static __always_inline struct net *checked_net(struct net *net)
{
	return net && (__u64)FOLLOW(net, struct net, ns.ops) == shared.netns_ops ? net : 0;
}

/* The namespace a device is in; 0 if the address is not, or no longer, that of a device. */
static __always_inline struct net *net_of_device(struct net_device *dev)
{
	return dev ? checked_net(FOLLOW(dev, struct net_device, nd_net.net)) : 0;
}

static __always_inline struct net *net_of_sock(const struct sock *sk)
{
	return sk ? checked_net(FOLLOW(sk, struct sock, __sk_common.skc_net.net)) : 0;
}

/* Of a connected one. An IPv6 socket that speaks IPv4 has addresses of both families. */
static __always_inline void read_socket_addresses(__u32 src[4], __u32 dst[4], const struct sock *sk, __u8 family)
{
	if (family == TS_IPV6) {
		bpf_core_read(src, 16, &sk->__sk_common.skc_v6_rcv_saddr.in6_u.u6_addr32);
		bpf_core_read(dst, 16, &sk->__sk_common.skc_v6_daddr.in6_u.u6_addr32);
	} else {
		src[0] = FOLLOW(sk, struct sock, __sk_common.skc_rcv_saddr);
		dst[0] = FOLLOW(sk, struct sock, __sk_common.skc_daddr);
	}
}

/* 0 if none has been found for the packet. The lowest bit says who holds it. */
static __always_inline struct dst_entry *route_of_packet(const struct sk_buff *skb)
{
	return (struct dst_entry *)(FOLLOW(skb, struct sk_buff, _skb_refdst) & ~1UL);
}

static __always_inline void *network_header_of(const struct sk_buff *skb)
{
	return (void *)((__u64)FOLLOW(skb, struct sk_buff, head) + FOLLOW(skb, struct sk_buff, network_header));
}

struct ipv6_header {
	__u8 version; /* and traffic class */
	__u8 unread[5];
	__u8 protocol;
	__u8 hops;
	__u32 src[4];
	__u32 dst[4];
};

/* False if there is none. */
static __always_inline bool read_ipv6_header(struct ipv6_header *header, const void *start)
{
	return !bpf_probe_read_kernel(header, sizeof(*header), start) && header->version >> 4 == 6;
}

/* The running system call: its number, negative if there is none, and whether it sends on the socket its first argument names. */
#if defined(__TARGET_ARCH_x86)
#define SYSCALL_NUMBER(regs) ((long)(regs)->orig_ax)
#define SYSCALL_ARGUMENT(regs) ((regs)->di)
/* write, writev, connect, sendto, sendmsg, sendmmsg */
#define SENDS(number)                                                                                                  \
	((number) < 64 ? (1ULL << 1 | 1ULL << 20 | 1ULL << 42 | 1ULL << 44 | 1ULL << 46) >> (number)&1                 \
		       : (number) == 307)
#define SYSCALL_BPF 321
#elif defined(__TARGET_ARCH_arm64)
#define SYSCALL_NUMBER(regs) ((long)(regs)->syscallno)
#define SYSCALL_ARGUMENT(regs) ((regs)->orig_x0)
#define SENDS(number)                                                                                                  \
	((number) == 64 || (number) == 66 || (number) == 203 || (number) == 206 || (number) == 211 || (number) == 269)
#define SYSCALL_BPF 280
#endif

/*
 * Does the running code work for the system call that the registers at the top of the task's stack belong to? No hook is
 * needed to know. On x86 a softirq runs on a stack of the CPU, and on the task's only if it interrupted user space: then
 * the registers are not those of a system call. `ctx`, the program's arguments, lies on the stack that is in use.
 */
static __always_inline bool runs_for_syscall(const void *ctx, const struct task_struct *task,
					     const struct pt_regs *regs)
{
	/* PREEMPT_RT runs softirqs on the task's own stack. */
	if (bpf_core_field_exists(struct task_struct___rt, softirq_disable_cnt) &&
	    ((const struct task_struct___rt *)task)->softirq_disable_cnt)
		return false;
#if defined(__TARGET_ARCH_x86)
	__u64 below = (__u64)regs;

	/* The verifier takes the difference of two pointers for a number; as C the compiler would reorder it. */
	asm volatile("%0 -= %1" : "+r"(below) : "r"(ctx));
	return below < THREAD_SIZE && SYSCALL_NUMBER(regs) >= 0;
#else
	return !(task->thread_info.preempt.count & SOFTIRQ_OFFSET) && SYSCALL_NUMBER(regs) >= 0;
#endif
}

enum descriptor_kind { OTHER_FILE, SOCKET, CHAR_DEVICE };

/* What a task's descriptor is, and of a socket its namespace. */
static __noinline enum descriptor_kind look_at_descriptor(struct task_struct *task, __u32 fd, struct net **net)
{
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file **slot = BPF_CORE_READ(table, fd), *file = 0;
	struct socket *socket;
	__u16 mode;

	if (!net || fd >= BPF_CORE_READ(table, max_fds))
		return OTHER_FILE;
	bpf_probe_read_kernel(&file, sizeof(file), slot + fd);
	if (!file)
		return OTHER_FILE;
	mode = BPF_CORE_READ(file, f_inode, i_mode) & S_IFMT;
	if (mode == S_IFCHR)
		return CHAR_DEVICE;
	if (mode != S_IFSOCK)
		return OTHER_FILE;
	socket = BPF_CORE_READ(file, private_data);
	*net = checked_net(BPF_CORE_READ(socket, sk, __sk_common.skc_net.net));
	return SOCKET;
}

/* Where a lookup happens. */
struct place {
	__u64 netns; /* cookie */
	struct net *net;
};

static __always_inline void set_place(struct place *place, struct net *net)
{
	place->net = net;
	place->netns = net ? FOLLOW(net, struct net, net_cookie) : TS_NETNS_UNKNOWN;
}

/*
 * Is the task's namespace the only one? Its neighbours on the circle of all of them are then one: the head. A namespace
 * leaves the circle before its last packet, so this is asked only until there have been two.
 */
static __always_inline bool is_alone(struct net *net)
{
	if (shared.several_netns)
		return false;
	if (net && net->list.next == net->list.prev)
		return true;
	if (net)
		shared.several_netns = 1;
	return false;
}

/* Where the running lookup surely happens. False if that cannot be told now. */
static __always_inline bool find_place(struct place *place, const void *ctx, const struct flowi4 *flow)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct net *net = task->nsproxy->net_ns, *of_socket = 0;
	enum descriptor_kind descriptor;
	struct pt_regs *regs;
	long number;

	if (is_alone(net)) {
		place->netns = net->net_cookie;
		place->net = net;
		return true;
	}
	/* vhost's threads are no kernel threads since 6.4, but write packets to tun devices. */
	if (task->flags & PF_KTHREAD || (task->flags & (PF_USER_WORKER | PF_IO_WORKER)) == PF_USER_WORKER)
		return false;
	regs = (struct pt_regs *)bpf_task_pt_regs(task);
	if (!runs_for_syscall(ctx, task, regs))
		return false;
	number = SYSCALL_NUMBER(regs);
	/* A task may use sockets of a namespace it has left: container runtimes and proxies do. */
	if (SENDS(number)) {
		descriptor = look_at_descriptor(task, SYSCALL_ARGUMENT(regs), &of_socket);
		if (descriptor == SOCKET && of_socket) {
			set_place(place, of_socket);
			return true;
		}
		/* What is written to a tun device is received in the writer's call, by the device's namespace. */
		if (descriptor == CHAR_DEVICE)
			return false;
	}
	/* A packet that came in by a device: received in the call (busy polling), unless the call only runs a program. */
	if (flow->__fl_common.flowic_iif > LOOPBACK_IFINDEX && number != SYSCALL_BPF)
		return false;
	place->netns = net->net_cookie;
	place->net = net;
	return true;
}

#endif
