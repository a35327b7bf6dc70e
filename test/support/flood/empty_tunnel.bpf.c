/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* A program that does nothing where a tunnel sends: what it would cost to know the device whose cache is asked. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "Dual BSD/GPL";

SEC("fentry/ip_tunnel_xmit")
int empty_tunnel(void *ctx)
{
	return 0;
}
