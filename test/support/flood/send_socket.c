// SPDX-License-Identifier: BSD-2-Clause
// The modes that send by ordinary sockets, one attempt for each count, and the two that only hold or ask one.
#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "checksum.h"
#include "send.h"

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71 /* since 5.14 */
#endif

int open_socket(const struct send_options *options, int type, int protocol)
{
	int fd = socket(options->to.ss_family, type | SOCK_CLOEXEC, protocol);

	if (fd < 0) {
		send_fail("open", "socket", errno);
		return -1;
	}
	if (options->mark && setsockopt(fd, SOL_SOCKET, SO_MARK, &options->mark, sizeof(options->mark)))
		send_fail("set", "mark", errno);
	else if (options->from.ss_family != AF_UNSPEC &&
		 bind(fd, (const struct sockaddr *)&options->from, options->address_length))
		send_fail("bind", "--from", errno);
	else if (!options->then_netns || !enter_netns(options->then_netns))
		return fd;
	close(fd);
	return -1;
}

/* `to`: null if the socket is connected. Closes it. */
static int send_datagrams(int fd, const struct send_options *options, struct send_tally *tally,
			  const struct sockaddr *to)
{
	char payload[SEND_MAX_PAYLOAD] = {};
	socklen_t length = to ? options->address_length : 0;
	unsigned long i;

	for (i = 0; i < options->count; i++)
		send_count(tally, sendto(fd, payload, options->size, 0, to, length));
	close(fd);
	return 0;
}

/* Unconnected: every sendto asks for a route anew. */
int send_udp(const struct send_options *options, struct send_tally *tally)
{
	int fd = open_socket(options, SOCK_DGRAM, 0);

	return fd < 0 ? 1 : send_datagrams(fd, options, tally, (const struct sockaddr *)&options->to);
}

/* Connected: the socket keeps the route it was given with its first datagram. */
int send_held(const struct send_options *options, struct send_tally *tally)
{
	int fd = open_socket(options, SOCK_DGRAM, 0);

	if (fd < 0)
		return 1;
	if (!connect(fd, (const struct sockaddr *)&options->to, options->address_length))
		return send_datagrams(fd, options, tally, NULL);
	send_fail("connect", "socket", errno);
	close(fd);
	return 1;
}

/* Connects and sends nothing. Between two connects the socket forgets its peer and the source chosen for it. */
int send_connect(const struct send_options *options, struct send_tally *tally)
{
	const struct sockaddr forget = { .sa_family = AF_UNSPEC };
	int fd = open_socket(options, SOCK_DGRAM, 0);
	unsigned long i;

	if (fd < 0)
		return 1;
	for (i = 0; i < options->count; i++) {
		send_count(tally, connect(fd, (const struct sockaddr *)&options->to, options->address_length));
		if (connect(fd, &forget, sizeof(forget)))
			return send_fail("disconnect", "socket", errno);
	}
	close(fd);
	return 0;
}

/* Echo requests from a raw socket; answers are not read. */
int send_ping(const struct send_options *options, struct send_tally *tally)
{
	int is_v6 = options->to.ss_family == AF_INET6;
	struct sockaddr_storage to = options->to;
	struct icmp echo;
	unsigned long i;
	int fd = open_socket(options, SOCK_RAW, is_v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);

	if (fd < 0)
		return 1;
	if (is_v6)
		((struct sockaddr_in6 *)&to)->sin6_port = 0;
	for (i = 0; i < options->count; i++) {
		memset(&echo, 0, sizeof(echo));
		/* Both families' echo headers have the same shape; the kernel fills in ICMPv6's checksum. */
		echo.icmp_type = is_v6 ? ICMP6_ECHO_REQUEST : ICMP_ECHO;
		echo.icmp_id = getpid() & 0xffff;
		echo.icmp_seq = i & 0xffff;
		if (!is_v6)
			echo.icmp_cksum = checksum_fold(checksum_add(0, &echo, ICMP_MINLEN));
		send_count(tally, sendto(fd, &echo, ICMP_MINLEN, 0, (struct sockaddr *)&to, options->address_length));
	}
	close(fd);
	return 0;
}

int send_sink(const struct send_options *options, struct send_tally *tally)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(options->port) };
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char byte;

	(void)tally;
	if (fd < 0 || bind(fd, (struct sockaddr *)&any, sizeof(any)))
		return send_fail("bind", "sink", errno);
	puts("ready");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0) {
	}
	close(fd);
	return 0;
}

int send_cookie(const struct send_options *options, struct send_tally *tally)
{
	unsigned long long cookie;
	socklen_t length = sizeof(cookie);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)options;
	(void)tally;
	if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &length))
		return send_fail("ask", "netns cookie", errno);
	printf("%llu\n", cookie);
	close(fd);
	return 0;
}
