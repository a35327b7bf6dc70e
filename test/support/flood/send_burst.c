// SPDX-License-Identifier: BSD-2-Clause
// As many datagrams as fit into a bounded time, 64 at a call, from one connected socket on one CPU.
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "send.h"

#define BATCH 64
#define MAX_SECONDS 10.0

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static int pin(int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	return sched_setaffinity(0, sizeof(cpus), &cpus);
}

int send_burst(const struct send_options *options, struct send_tally *tally)
{
	double limit = options->seconds > 0 && options->seconds < MAX_SECONDS ? options->seconds : MAX_SECONDS;
	char payload[SEND_MAX_PAYLOAD] = {};
	struct iovec part = { payload, options->size };
	struct mmsghdr batch[BATCH];
	int fd = open_socket(options, SOCK_DGRAM, 0);
	double begin;
	int i;

	if (fd < 0)
		return 1;
	if (options->cpu >= 0 && pin(options->cpu))
		return send_fail("pin", "to CPU", errno);
	if (connect(fd, (const struct sockaddr *)&options->to, options->address_length))
		return send_fail("connect", "--to", errno);
	memset(batch, 0, sizeof(batch));
	for (i = 0; i < BATCH; i++) {
		batch[i].msg_hdr.msg_iov = &part;
		batch[i].msg_hdr.msg_iovlen = 1;
	}
	begin = seconds();
	while (tally->sent < options->count && (tally->seconds = seconds() - begin) < limit) {
		unsigned long left = options->count - tally->sent;
		int sent = sendmmsg(fd, batch, left < BATCH ? left : BATCH, 0);

		if (sent > 0)
			tally->sent += sent;
		else
			send_count(tally, -1);
	}
	tally->seconds = seconds() - begin;
	close(fd);
	return 0;
}
