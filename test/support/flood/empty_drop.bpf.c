/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* A program that does nothing, for each packet the kernel drops. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "Dual BSD/GPL";

SEC("tp_btf/kfree_skb")
int empty_drop(void *ctx)
{
	return 0;
}
