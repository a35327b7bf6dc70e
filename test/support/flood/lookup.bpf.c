/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* One bpf_fib_lookup() for each run. The driver runs it by BPF_PROG_TEST_RUN, so a repeat count is a lookup count. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "lookup_state.h"

char _license[] SEC("license") = "Dual BSD/GPL";

/* One driver process has one copy and runs on one CPU: plain increments are exact. */
struct lookup_state state;

static __always_inline __u32 next_destination(void)
{
	__u32 position = state.position;
	__u32 count = state.destination_count;

	if (state.is_random) {
		/* Numerical Recipes' generator; its high bits choose. */
		state.position = position * 1664525u + 1013904223u;
		return ((__u64)position * count) >> 32;
	}
	state.position = position + 1;
	if (state.position >= count) {
		state.position = 0;
		state.table_turn = state.table_turn + 1 < state.table_count ? state.table_turn + 1 : 0;
	}
	return position;
}

SEC("xdp")
int flood(struct xdp_md *ctx)
{
	struct bpf_fib_lookup query = {};
	const __u32 *to;
	long answer;

	query.tbid = state.table + state.table_turn;
	to = state.destinations[next_destination() & (LOOKUP_MAX_DESTINATIONS - 1)];
	query.family = state.family;
	query.ifindex = state.ifindex;
	/* The same word as ipv4_dst; the kernel reads only as much as the family needs. */
	query.ipv6_dst[0] = to[0];
	query.ipv6_dst[1] = to[1];
	query.ipv6_dst[2] = to[2];
	query.ipv6_dst[3] = to[3];
	answer = bpf_fib_lookup(ctx, &query, sizeof(query), state.flags);
	if (answer < 0 || answer >= LOOKUP_ANSWERS)
		state.failed++;
	else
		state.answers[answer]++;
	return XDP_DROP;
}
