/* SPDX-License-Identifier: BSD-2-Clause */
/* The `send` helper: what every mode gets told, and how it tallies. */
#ifndef SEND_H
#define SEND_H

#include <sys/socket.h>

struct send_options {
	struct sockaddr_storage to;
	struct sockaddr_storage from; /* ss_family AF_UNSPEC: the kernel chooses */
	socklen_t address_length;
	int port;
	unsigned long count;
	size_t size; /* of the payload */
	int mark;
	const char *then_netns;	  /* entered after the socket was opened */
	const char *device;	  /* name of the tun device */
	const char *device_netns; /* where it lives; own namespace if absent */
};

#define SEND_MAX_PAYLOAD 1400
#define SEND_MAX_ERRNO 134

struct send_tally {
	unsigned long sent;
	unsigned long errors[SEND_MAX_ERRNO];
};

/* Each mode makes exactly options->count attempts; 0, or 1 after a line on stderr. */
int send_udp(const struct send_options *options, struct send_tally *tally);
int send_held(const struct send_options *options, struct send_tally *tally);
int send_connect(const struct send_options *options, struct send_tally *tally);
int send_ping(const struct send_options *options, struct send_tally *tally);
int send_tun(const struct send_options *options, struct send_tally *tally);
/* Holds a UDP port, for both families, without reading it: what arrives is dropped without an ICMP error. */
int send_sink(const struct send_options *options, struct send_tally *tally);
int send_cookie(const struct send_options *options, struct send_tally *tally);

int send_fail(const char *act, const char *object, int error);
void send_count(struct send_tally *tally, long result);
int enter_netns(const char *path);
/* A socket as the options want it: marked, bound to `from`, and left behind in its namespace; -1 after a line on stderr. */
int open_socket(const struct send_options *options, int type, int protocol);

#endif
