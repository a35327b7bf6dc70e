/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Keeps struct cpu_context true. These run for every packet or softirq, so they only note addresses. */

static __always_inline void forget_packet(struct cpu_context *context)
{
	context->skb = 0;
	context->dev = 0;
}

SEC("tp_btf/softirq_entry")
int BPF_PROG(softirq_entry, unsigned int vector)
{
	struct cpu_context *context = this_cpu_context();

	if (context) {
		context->softirq = 1;
		forget_packet(context);
	}
	return 0;
}

SEC("tp_btf/softirq_exit")
int BPF_PROG(softirq_exit, unsigned int vector)
{
	struct cpu_context *context = this_cpu_context();

	if (context) {
		context->softirq = 0;
		forget_packet(context);
	}
	return 0;
}

static __always_inline void note_receiving_task(struct cpu_context *context, __u32 calls)
{
	__u64 task = bpf_get_current_task();

	if (context->task == task) {
		context->depth += calls;
	} else {
		context->task = task;
		context->depth = calls;
	}
}

SEC("tp_btf/netif_receive_skb")
int BPF_PROG(netif_receive_skb, struct sk_buff *skb)
{
	struct cpu_context *context = this_cpu_context();

	if (!context)
		return 0;
	if (!context->softirq)
		note_receiving_task(context, 0);
	context->skb = (__u64)skb;
	context->dev = (__u64)skb->dev;
	return 0;
}

SEC("tp_btf/netif_receive_skb_entry")
int BPF_PROG(netif_receive_skb_entry, struct sk_buff *skb)
{
	struct cpu_context *context = this_cpu_context();

	if (context && !context->softirq)
		note_receiving_task(context, 1);
	return 0;
}

SEC("tp_btf/netif_receive_skb_exit")
int BPF_PROG(netif_receive_skb_exit, int ret)
{
	struct cpu_context *context = this_cpu_context();

	if (!context || context->softirq || context->task != bpf_get_current_task() || !context->depth)
		return 0;
	if (--context->depth == 0)
		forget_packet(context);
	return 0;
}
