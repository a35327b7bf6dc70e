/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Makes the next frame in turn out of whatever frame comes round again, and hands it to the network stack. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "forward_state.h"

char _license[] SEC("license") = "Dual BSD/GPL";

/* One driver process has one copy and runs on one CPU. */
struct forward_state state;

SEC("xdp")
int hand_over(struct xdp_md *ctx)
{
	unsigned long long *frame = (void *)(long)ctx->data;
	unsigned int position = state.position;
	const unsigned long long *fresh = state.frames[position & (FORWARD_MAX_FRAMES - 1)];
	int word;

	if ((void *)(frame + FORWARD_WORDS) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	state.position = position + 1 < state.count ? position + 1 : 0;
	/* All of it: the stack wrote addresses, TTL and checksum into it when it went round before. */
	for (word = 0; word < FORWARD_WORDS; word++)
		frame[word] = fresh[word];
	return state.through ? bpf_redirect(state.through, 0) : XDP_PASS;
}
