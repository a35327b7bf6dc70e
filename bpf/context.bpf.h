/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Which namespace does a lookup belong to when the hook does not say? The IPv4 tracepoint carries no struct net for a
 * miss. In softirq it is the namespace of the packet being received, whatever task happens to be current (veth runs the
 * receiver on top of the sender); elsewhere that of the socket the running system call works on, else the task's.
 * What fits none of these is unknown, never guessed. While the machine has one namespace none of this is needed, nor are the
 * programs of context.bpf.c, which cost something for each packet: user space attaches them with the second.
 */
#ifndef TABLESNOOP_CONTEXT_BPF_H
#define TABLESNOOP_CONTEXT_BPF_H

/* What this CPU is doing. Addresses, not pointers: they are read back with bpf_probe_read_kernel and checked. */
struct cpu_context {
	__u64 skb;     /* packet last received in this softirq or receive call, 0 if none */
	__u64 dev;     /* the device it came in by */
	__u64 task;    /* who receives outside softirq */
	__u32 depth;   /* nested netif_receive_skb() calls of that task, e.g. write() to a tun device */
	__u32 softirq; /* 1 inside a softirq; they do not nest on a CPU */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct cpu_context);
} cpu_contexts SEC(".maps");

static __always_inline struct cpu_context *this_cpu_context(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&cpu_contexts, &zero);
}

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

/*
 * Is this the source check of a forwarded packet? It asks for the way back to the sender as if from the device by which
 * the packet will leave, so the flow's iif names a device the packet never was on.
 */
static __noinline bool asks_way_back(struct sk_buff *skb, const struct flowi4 *flow)
{
	__u64 start = (__u64)FOLLOW(skb, struct sk_buff, head) + FOLLOW(skb, struct sk_buff, network_header);
	struct {
		__u8 version; /* and header length */
		__u8 rest[11];
		__u32 src;
		__u32 dst;
	} header;

	if (bpf_probe_read_kernel(&header, sizeof(header), (void *)start) || header.version >> 4 != 4)
		return false;
	return header.src == flow->daddr && header.dst == flow->saddr;
}

/*
 * The packet may have moved on to another device since the tracepoint saw it (VLAN, macvlan and VRF change skb->dev in place),
 * or be freed already. So the device it names now counts only if the flow agrees, or the device of arrival does.
 */
static __noinline struct net *net_of_receiver(struct cpu_context *context, const struct flowi4 *flow)
{
	struct net_device *arrival = (struct net_device *)context->dev, *now;
	struct sk_buff *skb = (struct sk_buff *)context->skb;
	int iif = flow->__fl_common.flowic_iif;
	struct net *arrival_net, *net;

	if (!skb)
		return 0;
	arrival_net = net_of_device(arrival);
	now = FOLLOW(skb, struct sk_buff, dev);
	net = net_of_device(now);
	/* 0: a question of the kernel's own on the way, such as whether an ICMP error's target is local. */
	if (iif > LOOPBACK_IFINDEX) {
		if (net && FOLLOW(now, struct net_device, ifindex) == iif)
			/* What the packet causes from here on, an ICMP error say, belongs to this device too. */
			context->dev = (__u64)now;
		else if (arrival_net && FOLLOW(arrival, struct net_device, ifindex) == iif)
			net = arrival_net;
		else if (net != arrival_net || !asks_way_back(skb, flow))
			net = 0;
	} else if (!net) {
		net = arrival_net;
	} else if (net != arrival_net) {
		net = 0;
	}
	return net;
}

/* Is the running system call one that sends on the socket its first argument names? write, writev, connect, send*. */
#if defined(__TARGET_ARCH_x86)
#define SYSCALL_NUMBER(regs) ((regs)->orig_ax)
#define SYSCALL_ARGUMENT(regs) ((regs)->di)
#define SENDS(number)                                                                                                  \
	((number) < 64 ? (1ULL << 1 | 1ULL << 20 | 1ULL << 42 | 1ULL << 44 | 1ULL << 46) >> (number)&1                 \
		       : (number) == 307)
#elif defined(__TARGET_ARCH_arm64)
#define SYSCALL_NUMBER(regs) ((unsigned long)(regs)->syscallno)
#define SYSCALL_ARGUMENT(regs) ((regs)->orig_x0)
#define SENDS(number)                                                                                                  \
	((number) == 64 || (number) == 66 || (number) == 203 || (number) == 206 || (number) == 211 || (number) == 269)
#endif

/* The namespace of a task's socket by its descriptor; 0 if it is no socket. */
static __noinline struct net *net_of_socket(struct task_struct *task, __u32 fd)
{
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file **slot = BPF_CORE_READ(table, fd), *file = 0;
	struct socket *socket;

	if (fd >= BPF_CORE_READ(table, max_fds))
		return 0;
	bpf_probe_read_kernel(&file, sizeof(file), slot + fd);
	if (!file || (BPF_CORE_READ(file, f_inode, i_mode) & S_IFMT) != S_IFSOCK)
		return 0;
	socket = BPF_CORE_READ(file, private_data);
	return checked_net(BPF_CORE_READ(socket, sk, __sk_common.skc_net.net));
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

/* Where the running lookup most surely happens; unknown if that cannot be told. */
static __always_inline void find_place(struct place *place, const struct flowi4 *flow)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct net *net = task->nsproxy->net_ns;
	struct cpu_context *context;
	struct pt_regs *regs;
	bool kernel_thread;

	if (is_alone(net)) {
		place->netns = net->net_cookie;
		place->net = net;
		return;
	}
	context = this_cpu_context();
	if (!context || !shared.sees_context)
		return;
	kernel_thread = task->flags & PF_KTHREAD;
	/* write() to a tun device receives in the writer's call; threaded NAPI in a kernel thread. */
	if (context->softirq || (context->task == (__u64)task && (context->depth || kernel_thread))) {
		set_place(place, net_of_receiver(context, flow));
		return;
	}
	if (kernel_thread)
		return;
	/* A task may use sockets of a namespace it has left: container runtimes and proxies do. */
	regs = (struct pt_regs *)bpf_task_pt_regs(task);
	if (SENDS(SYSCALL_NUMBER(regs))) {
		set_place(place, net_of_socket(task, SYSCALL_ARGUMENT(regs)));
		if (place->net)
			return;
	}
	place->netns = net->net_cookie;
	place->net = net;
}

#endif
