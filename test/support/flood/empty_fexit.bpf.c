/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Programs that do nothing, where the trampoline backend attaches: what the attachment alone costs. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "Dual BSD/GPL";

SEC("fexit/fib_table_lookup")
int empty4(void *ctx)
{
	return 0;
}

SEC("tp_btf/fib6_table_lookup")
int empty6(void *ctx)
{
	return 0;
}
