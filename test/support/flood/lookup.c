// SPDX-License-Identifier: BSD-2-Clause
// Driver of lookup.bpf.c: makes exactly --repeat calls of bpf_fib_lookup() in one namespace on one CPU, and prints one
// JSON line. Time is the thread's CPU time, so that a busy machine does not count.
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include "lookup_state.h"

#define SLICES_PER_SECOND 100

struct options {
	const char *object;
	const char *netns;
	const char *device;
	char *destinations;
	unsigned long repeat;
	unsigned long rate;
	unsigned int table;
	unsigned int tables;
	int cpu;
	int is_random;
	int is_direct;
};

static int fail(const char *act, const char *object, int error)
{
	fprintf(stderr, "lookup: %s %s: %s\n", act, object, strerror(error));
	return 1;
}

static int parse_options(int argc, char **argv, struct options *options)
{
	static const struct option table[] = {
		{ "object", required_argument, 0, 'o' }, { "netns", required_argument, 0, 'n' },
		{ "device", required_argument, 0, 'd' }, { "dst", required_argument, 0, 'D' },
		{ "repeat", required_argument, 0, 'r' }, { "cpu", required_argument, 0, 'c' },
		{ "table", required_argument, 0, 't' },	 { "random", no_argument, 0, 'R' },
		{ "rate", required_argument, 0, 'p' },	 { "tables", required_argument, 0, 'T' },
		{ "direct", no_argument, 0, 'x' },	 { 0, 0, 0, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
		switch (option) {
		case 'o': options->object = optarg; break;
		case 'n': options->netns = optarg; break;
		case 'd': options->device = optarg; break;
		case 'D': options->destinations = optarg; break;
		case 'r': options->repeat = strtoul(optarg, NULL, 10); break;
		case 'c': options->cpu = atoi(optarg); break;
		case 'p': options->rate = strtoul(optarg, NULL, 10); break;
		case 't': options->table = strtoul(optarg, NULL, 10); break;
		case 'T': options->tables = strtoul(optarg, NULL, 10); break;
		case 'R': options->is_random = 1; break;
		case 'x': options->is_direct = 1; break;
		default: return -1;
		}
	}
	if (options->rate && options->rate < SLICES_PER_SECOND)
		return -1;
	return options->object && options->netns && options->device && options->destinations && options->repeat ? 0
														: -1;
}

static int enter(const struct options *options)
{
	cpu_set_t cpus;
	int fd = open(options->netns, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || setns(fd, CLONE_NEWNET))
		return fail("enter", options->netns, errno);
	close(fd);
	CPU_ZERO(&cpus);
	CPU_SET(options->cpu, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		return fail("pin to CPU for", options->netns, errno);
	return 0;
}

static int fill(struct lookup_state *state, const struct options *options)
{
	char *rest = options->destinations, *text;

	state->family = strchr(options->destinations, ':') ? AF_INET6 : AF_INET;
	while ((text = strsep(&rest, ","))) {
		if (state->destination_count == LOOKUP_MAX_DESTINATIONS)
			return fail("take another destination", text, E2BIG);
		if (inet_pton(state->family, text, state->destinations[state->destination_count++]) != 1)
			return fail("parse destination", text, EINVAL);
	}
	state->ifindex = if_nametoindex(options->device);
	if (!state->ifindex)
		return fail("find device", options->device, errno);
	state->is_random = options->is_random;
	state->position = options->is_random ? 1 : 0;
	state->flags = BPF_FIB_LOOKUP_SKIP_NEIGH;
	if (options->is_direct || options->table)
		state->flags |= BPF_FIB_LOOKUP_DIRECT;
	if (options->table)
		state->flags |= BPF_FIB_LOOKUP_TBID;
	state->table = options->table;
	state->table_count = options->tables;
	return 0;
}

/* The program's global `state`, mapped here. */
static struct lookup_state *map_state(struct bpf_object *object)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object)
	{
		const char *name = bpf_map__name(map);

		if (strlen(name) > 4 && !strcmp(name + strlen(name) - 4, ".bss"))
			return mmap(NULL, bpf_map__value_size(map), PROT_READ | PROT_WRITE, MAP_SHARED,
				    bpf_map__fd(map), 0);
	}
	errno = ENOENT;
	return MAP_FAILED;
}

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

/* All at once, or in even slices: what comes late is made up for, so that the rate holds as a mean. */
static int make_lookups(const struct options *options, int program)
{
	char packet[64] = {};
	LIBBPF_OPTS(bpf_test_run_opts, test, .data_in = packet, .data_size_in = sizeof(packet));
	unsigned long slice = options->rate ? options->rate / SLICES_PER_SECOND : options->repeat, left;
	struct timespec next;
	int error = 0;

	clock_gettime(CLOCK_MONOTONIC, &next);
	for (left = options->repeat; left && !error; left -= test.repeat) {
		test.repeat = (int)(left < slice ? left : slice);
		error = bpf_prog_test_run_opts(program, &test);
		if (!options->rate)
			continue;
		next.tv_nsec += 1000000000 / SLICES_PER_SECOND;
		if (next.tv_nsec >= 1000000000) {
			next.tv_nsec -= 1000000000;
			next.tv_sec++;
		}
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
	}
	return error;
}

static int run(const struct options *options, int program, struct lookup_state *state)
{
	double begin, end;
	int error, i;

	begin = cpu_seconds();
	error = make_lookups(options, program);
	end = cpu_seconds();
	if (error)
		return fail("run", "flood", -error);
	if (state->failed || state->answers[BPF_FIB_LKUP_RET_FWD_DISABLED]) {
		fprintf(stderr,
			"lookup: look up through %s: %u calls refused, %llu without a lookup; is forwarding on?\n",
			options->device, state->failed,
			(unsigned long long)state->answers[BPF_FIB_LKUP_RET_FWD_DISABLED]);
		return 1;
	}
	printf("{\"lookups\":%lu,\"cpu\":%d,\"ns_per_lookup\":%.2f,\"answers\":[", options->repeat, options->cpu,
	       (end - begin) * 1e9 / options->repeat);
	for (i = 0; i < LOOKUP_ANSWERS; i++)
		printf("%s%llu", i ? "," : "", (unsigned long long)state->answers[i]);
	printf("]}\n");
	return 0;
}

int main(int argc, char **argv)
{
	struct options options = { .tables = 1 };
	struct lookup_state *state;
	struct bpf_object *object;
	int failed;

	if (parse_options(argc, argv, &options)) {
		fprintf(stderr, "usage: lookup --object FILE --netns FILE --device NAME --dst ADDRESS[,...] --repeat N "
				"[--cpu N] [--rate N] [--random] [--direct] [--table ID [--tables N]]\n");
		return 2;
	}
	if (enter(&options))
		return 1;
	object = bpf_object__open_file(options.object, NULL);
	if (!object)
		return fail("open", options.object, errno);
	failed = bpf_object__load(object);
	if (failed) {
		fail("load", options.object, -failed);
	} else if ((state = map_state(object)) == MAP_FAILED) {
		failed = fail("map the state of", options.object, errno);
	} else {
		failed = fill(state, &options) ||
			 run(&options, bpf_program__fd(bpf_object__find_program_by_name(object, "flood")), state);
	}
	bpf_object__close(object);
	return failed ? 1 : 0;
}
