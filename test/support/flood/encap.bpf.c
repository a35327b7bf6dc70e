/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* For routes with an encapsulation of type bpf: lets every packet pass. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("lwt_out")
int pass(struct __sk_buff *packet)
{
	return BPF_OK;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
