/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* What forward.c tells forward.bpf.c: the frames to hand over, as they come from the wire. */
#ifndef FORWARD_STATE_H
#define FORWARD_STATE_H

#define FORWARD_MAX_FRAMES 64 /* a power of two */
#define FORWARD_WORDS 8
#define FORWARD_FRAME_BYTES (8 * FORWARD_WORDS)

struct forward_state {
	unsigned int position;
	unsigned int count;
	unsigned int through; /* device to send them out of, as if its peer received them; 0 to receive them at once */
	unsigned int padding;
	unsigned long long frames[FORWARD_MAX_FRAMES][FORWARD_WORDS];
};

#endif
