/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Programs that do nothing, where a probe would have to be to see each packet and softirq. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "Dual BSD/GPL";

#define EMPTY(hook)                                                                                                    \
	SEC("tp_btf/" #hook)                                                                                           \
	int hook(void *ctx)                                                                                            \
	{                                                                                                              \
		return 0;                                                                                              \
	}

EMPTY(softirq_entry)
EMPTY(softirq_exit)
EMPTY(netif_receive_skb)
EMPTY(netif_receive_skb_entry)
EMPTY(netif_receive_skb_exit)
