// SPDX-License-Identifier: BSD-2-Clause
// A known number of sends, in the ways that make the kernel look up routes, each way a mode. Runs inside the namespace
// it sends from. Prints one JSON line: what was sent, what was refused, by errno, and the CPU time that each attempt took.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "send.h"

static const struct {
	const char *name;
	int (*run)(const struct send_options *, struct send_tally *);
	int needs_to;
} modes[] = {
	{ "udp", send_udp, 1 }, { "held", send_held, 1 }, { "connect", send_connect, 1 }, { "ping", send_ping, 1 },
	{ "tun", send_tun, 1 }, { "sink", send_sink, 0 }, { "cookie", send_cookie, 0 },
};

int send_fail(const char *act, const char *object, int error)
{
	fprintf(stderr, "send: %s %s: %s\n", act, object, strerror(error));
	return 1;
}

void send_count(struct send_tally *tally, long result)
{
	if (result >= 0)
		tally->sent++;
	else
		tally->errors[errno < SEND_MAX_ERRNO ? errno : 0]++;
}

int enter_netns(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int failed;

	if (fd < 0)
		return send_fail("open", path, errno);
	failed = setns(fd, CLONE_NEWNET);
	if (failed)
		send_fail("enter", path, errno);
	close(fd);
	return failed ? 1 : 0;
}

static int parse_address(const char *text, struct sockaddr_storage *address)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;

	address->ss_family = strchr(text, ':') ? AF_INET6 : AF_INET;
	if (address->ss_family == AF_INET6)
		return inet_pton(AF_INET6, text, &v6->sin6_addr) == 1 ? 0 : -1;
	return inet_pton(AF_INET, text, &v4->sin_addr) == 1 ? 0 : -1;
}

static void set_port(struct sockaddr_storage *address, int port)
{
	if (address->ss_family == AF_INET6)
		((struct sockaddr_in6 *)address)->sin6_port = htons(port);
	else
		((struct sockaddr_in *)address)->sin_port = htons(port);
}

static int parse_options(int argc, char **argv, struct send_options *options)
{
	static const struct option table[] = {
		{ "to", required_argument, 0, 't' },	       { "from", required_argument, 0, 'f' },
		{ "port", required_argument, 0, 'p' },	       { "count", required_argument, 0, 'n' },
		{ "size", required_argument, 0, 'z' },	       { "mark", required_argument, 0, 'm' },
		{ "then-netns", required_argument, 0, 'x' },   { "device", required_argument, 0, 'd' },
		{ "device-netns", required_argument, 0, 'D' }, { 0, 0, 0, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
		switch (option) {
		case 't':
			if (parse_address(optarg, &options->to))
				return send_fail("parse", optarg, EINVAL);
			break;
		case 'f':
			if (parse_address(optarg, &options->from))
				return send_fail("parse", optarg, EINVAL);
			break;
		case 'p': options->port = atoi(optarg); break;
		case 'n': options->count = strtoul(optarg, NULL, 10); break;
		case 'z': options->size = strtoul(optarg, NULL, 10); break;
		case 'm': options->mark = strtoul(optarg, NULL, 0); break;
		case 'x': options->then_netns = optarg; break;
		case 'd': options->device = optarg; break;
		case 'D': options->device_netns = optarg; break;
		default: return 1;
		}
	}
	if (options->size > SEND_MAX_PAYLOAD)
		return send_fail("take", "--size", EMSGSIZE);
	set_port(&options->to, options->port);
	options->address_length =
		options->to.ss_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
	return 0;
}

static unsigned long cpu_ns(void)
{
	struct timespec spent;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
	return spent.tv_sec * 1000000000UL + spent.tv_nsec;
}

static void print(const struct send_tally *tally, double ns_each)
{
	const char *separator = "";
	int error;

	printf("{\"sent\":%lu,\"errors\":{", tally->sent);
	for (error = 0; error < SEND_MAX_ERRNO; error++) {
		if (!tally->errors[error])
			continue;
		printf("%s\"%s\":%lu", separator, error ? strerrorname_np(error) : "UNKNOWN", tally->errors[error]);
		separator = ",";
	}
	printf("},\"ns_each\":%.1f}\n", ns_each);
}

int main(int argc, char **argv)
{
	struct send_options options = { .port = 9, .count = 1, .size = 32 };
	struct send_tally tally = {};
	unsigned long began;
	size_t i;

	for (i = 0; argc > 1 && i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (strcmp(argv[1], modes[i].name))
			continue;
		if (parse_options(argc - 1, argv + 1, &options))
			return 2;
		if (modes[i].needs_to && options.to.ss_family == AF_UNSPEC)
			return send_fail("find", "--to", EINVAL);
		began = cpu_ns();
		if (modes[i].run(&options, &tally))
			return 1;
		if (modes[i].needs_to)
			print(&tally, (double)(cpu_ns() - began) / options.count);
		return 0;
	}
	fprintf(stderr,
		"usage: send udp|held|connect|ping|tun|sink|cookie --to ADDRESS [--from ADDRESS] [--port N] "
		"[--count N] [--size N] [--mark N] [--then-netns FILE] [--device NAME] [--device-netns FILE]\n");
	return 2;
}
