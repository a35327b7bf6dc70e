// SPDX-License-Identifier: BSD-2-Clause
// Hands frames to a device's network stack in batches, as the poll of a network card does: BPF_PROG_TEST_RUN with live
// frames, so that no sender is measured with it. Prints one JSON line: how many, and the least and the median of the
// nanoseconds a frame, over the slices. The kernel's own clock: wall time without the set-up, which waits for ticks. The
// thread does all of the work, and nothing ordinary preempts it.
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <getopt.h>
#include <linux/if_ether.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include "checksum.h"
#include "forward_state.h"

#define MAX_SLICES 1024
#define SOURCE_PORT 4000
#define PORT 9
/* What a frame takes in a socket, at the most: its page and what describes it. */
#define RECEIVED_BYTES 8192

struct options {
	const char *object;
	const char *device;
	const char *through;
	const char *mac;
	const char *source;
	char *destinations;
	int repeat;
	int slices;
	int batch;
	int cpu;
	int is_received;
};

union address {
	struct in_addr v4;
	struct in6_addr v6;
};

struct frame {
	struct ethhdr ethernet;
	union {
		struct {
			struct iphdr ip;
			struct udphdr udp;
			unsigned char
				payload[FORWARD_FRAME_BYTES - ETH_HLEN - sizeof(struct iphdr) - sizeof(struct udphdr)];
		} __attribute__((packed)) v4;
		struct {
			struct ip6_hdr ip;
			struct udphdr udp;
			unsigned char payload[FORWARD_FRAME_BYTES - ETH_HLEN - sizeof(struct ip6_hdr) -
					      sizeof(struct udphdr)];
		} __attribute__((packed)) v6;
	};
} __attribute__((packed));

_Static_assert(sizeof(struct frame) == FORWARD_FRAME_BYTES, "a frame is what the program copies");

static int fail(const char *act, const char *object, int error)
{
	fprintf(stderr, "forward: %s %s: %s\n", act, object, strerror(error));
	return 1;
}

static int parse_options(int argc, char **argv, struct options *options)
{
	static const struct option table[] = {
		{ "object", required_argument, 0, 'o' },  { "device", required_argument, 0, 'd' },
		{ "through", required_argument, 0, 't' }, { "mac", required_argument, 0, 'm' },
		{ "src", required_argument, 0, 'S' },	  { "dst", required_argument, 0, 'D' },
		{ "repeat", required_argument, 0, 'r' },  { "slices", required_argument, 0, 's' },
		{ "batch", required_argument, 0, 'b' },	  { "cpu", required_argument, 0, 'c' },
		{ "receive", no_argument, 0, 'R' },	  { 0, 0, 0, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
		switch (option) {
		case 'o': options->object = optarg; break;
		case 'd': options->device = optarg; break;
		case 't': options->through = optarg; break;
		case 'm': options->mac = optarg; break;
		case 'S': options->source = optarg; break;
		case 'D': options->destinations = optarg; break;
		case 'r': options->repeat = atoi(optarg); break;
		case 's': options->slices = atoi(optarg); break;
		case 'b': options->batch = atoi(optarg); break;
		case 'c': options->cpu = atoi(optarg); break;
		case 'R': options->is_received = 1; break;
		default: return -1;
		}
	}
	if (!options->object || !options->device || !options->source || !options->destinations)
		return -1;
	return options->repeat > 0 && options->slices > 0 && options->slices <= MAX_SLICES ? 0 : -1;
}

/* A slice is over in some milliseconds, and there are pauses between them: nothing starves. */
static int take_cpu(int cpu)
{
	struct sched_param first = { .sched_priority = 1 };
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		return fail("pin to", "CPU", errno);
	return sched_setscheduler(0, SCHED_FIFO, &first) ? fail("come first on", "CPU", errno) : 0;
}

static int find_mac(const struct options *options, unsigned char *mac)
{
	struct ifreq request = {};
	int fd, failed;

	if (options->mac)
		return sscanf(options->mac, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", mac, mac + 1, mac + 2, mac + 3, mac + 4,
			      mac + 5) == 6
			       ? 0
			       : fail("parse", options->mac, EINVAL);
	strncpy(request.ifr_name, options->device, IFNAMSIZ - 1);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fail("open a socket to ask", options->device, errno);
	failed = ioctl(fd, SIOCGIFHWADDR, &request) ? fail("read the address of", options->device, errno) : 0;
	close(fd);
	memcpy(mac, request.ifr_hwaddr.sa_data, ETH_ALEN);
	return failed;
}

static void fill_v4(struct frame *frame, const union address *source, const union address *destination)
{
	frame->ethernet.h_proto = htons(ETH_P_IP);
	frame->v4.ip = (struct iphdr){
		.version = 4,
		.ihl = 5,
		.ttl = 64,
		.protocol = IPPROTO_UDP,
		.tot_len = htons(sizeof(frame->v4)),
		.saddr = source->v4.s_addr,
		.daddr = destination->v4.s_addr,
	};
	frame->v4.ip.check = checksum_fold(checksum_add(0, &frame->v4.ip, sizeof(frame->v4.ip)));
	frame->v4.udp.source = htons(SOURCE_PORT);
	frame->v4.udp.dest = htons(PORT);
	frame->v4.udp.len = htons(sizeof(frame->v4) - sizeof(frame->v4.ip));
}

static void fill_v6(struct frame *frame, const union address *source, const union address *destination)
{
	size_t bytes = sizeof(frame->v6) - sizeof(frame->v6.ip);
	unsigned int sum = htons(bytes) + htons(IPPROTO_UDP);

	frame->ethernet.h_proto = htons(ETH_P_IPV6);
	frame->v6.ip.ip6_flow = htonl(6 << 28);
	frame->v6.ip.ip6_plen = htons(bytes);
	frame->v6.ip.ip6_nxt = IPPROTO_UDP;
	frame->v6.ip.ip6_hlim = 64;
	frame->v6.ip.ip6_src = source->v6;
	frame->v6.ip.ip6_dst = destination->v6;
	frame->v6.udp.source = htons(SOURCE_PORT);
	frame->v6.udp.dest = htons(PORT);
	frame->v6.udp.len = htons(bytes);
	sum = checksum_add(sum, &frame->v6.ip.ip6_src, 2 * sizeof(struct in6_addr));
	frame->v6.udp.check = checksum_fold(checksum_add(sum, &frame->v6.udp, bytes));
}

static int fill(struct forward_state *state, const struct options *options, int family)
{
	char *rest = options->destinations, *text;
	unsigned char mac[ETH_ALEN];
	union address source, destination;

	if (find_mac(options, mac))
		return 1;
	if (inet_pton(family, options->source, &source) != 1)
		return fail("parse source", options->source, EINVAL);
	while ((text = strsep(&rest, ","))) {
		struct frame *frame;

		if (state->count == FORWARD_MAX_FRAMES)
			return fail("take another destination", text, E2BIG);
		if (inet_pton(family, text, &destination) != 1)
			return fail("parse destination", text, EINVAL);
		frame = (struct frame *)state->frames[state->count++];
		memcpy(frame->ethernet.h_dest, mac, ETH_ALEN);
		/* Locally administered, and no device's. */
		frame->ethernet.h_source[0] = 2;
		frame->ethernet.h_source[ETH_ALEN - 1] = 1;
		if (family == AF_INET)
			fill_v4(frame, &source, &destination);
		else
			fill_v6(frame, &source, &destination);
	}
	if (options->through) {
		state->through = if_nametoindex(options->through);
		if (!state->through)
			return fail("find device", options->through, errno);
	}
	return 0;
}

static int bind_and_connect(int fd, int family, const union address *here, const union address *there)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr = here->v4 };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(PORT), .sin6_addr = here->v6 };

	if (family == AF_INET) {
		if (bind(fd, (struct sockaddr *)&v4, sizeof(v4)))
			return -1;
		v4.sin_port = htons(SOURCE_PORT);
		v4.sin_addr = there->v4;
		return connect(fd, (struct sockaddr *)&v4, sizeof(v4));
	}
	if (bind(fd, (struct sockaddr *)&v6, sizeof(v6)))
		return -1;
	v6.sin6_port = htons(SOURCE_PORT);
	v6.sin6_addr = there->v6;
	return connect(fd, (struct sockaddr *)&v6, sizeof(v6));
}

/* A connected socket with room for all frames of a slice: what comes for it needs no lookup but the first. */
static int receive(const struct options *options, int family, int *receiver)
{
	union address here, there;
	int fd, room = RECEIVED_BYTES * options->repeat / 2;

	if (inet_pton(family, options->destinations, &here) != 1 || inet_pton(family, options->source, &there) != 1)
		return fail("parse", options->destinations, EINVAL);
	fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
	    bind_and_connect(fd, family, &here, &there))
		return fail("receive at", options->destinations, errno);
	*receiver = fd;
	return 0;
}

/* Reads what a slice delivered, which must be all of it: a full socket drops, and a drop is another path to measure. */
static int empty(int receiver, const struct options *options)
{
	char datagram[FORWARD_FRAME_BYTES];
	long received = 0;

	while (recv(receiver, datagram, sizeof(datagram), MSG_DONTWAIT) >= 0)
		received++;
	if (errno != EAGAIN || received == options->repeat)
		return errno == EAGAIN ? 0 : fail("receive at", options->destinations, errno);
	return fail("receive all frames at", options->destinations, ENOBUFS);
}

static int by_size(const void *one, const void *other)
{
	unsigned int a = *(const unsigned int *)one, b = *(const unsigned int *)other;

	return (a > b) - (a < b);
}

static int run(const struct options *options, int program, int receiver)
{
	char frame[FORWARD_FRAME_BYTES] = {};
	struct xdp_md context = { .data_end = sizeof(frame), .ingress_ifindex = if_nametoindex(options->device) };
	LIBBPF_OPTS(bpf_test_run_opts, test, .data_in = frame, .data_size_in = sizeof(frame), .ctx_in = &context,
		    .ctx_size_in = sizeof(context), .repeat = options->repeat, .flags = BPF_F_TEST_XDP_LIVE_FRAMES,
		    .batch_size = options->batch);
	static unsigned int times[MAX_SLICES];
	int slice, error;

	if (!context.ingress_ifindex)
		return fail("find device", options->device, errno);
	/* The first slice warms caches up, and does not count. */
	for (slice = -1; slice < options->slices; slice++) {
		error = bpf_prog_test_run_opts(program, &test);
		if (error)
			return fail("hand frames to", options->device, -error);
		if (receiver >= 0 && empty(receiver, options))
			return 1;
		if (slice >= 0)
			times[slice] = test.duration;
	}
	qsort(times, options->slices, sizeof(times[0]), by_size);
	printf("{\"frames\":%ld,\"ns_least\":%u,\"ns_median\":%u}\n", (long)options->repeat * (options->slices + 1),
	       times[0], times[options->slices / 2]);
	return 0;
}

/* The frames are there before the program is: they are what its global variable begins with. */
static int open_filled(const struct options *options, int family, struct bpf_object **object)
{
	struct forward_state *state;
	size_t bytes;
	int error;

	*object = bpf_object__open_file(options->object, NULL);
	if (!*object)
		return fail("open", options->object, errno);
	/* Not const before the load: what is written here is what the map begins with. */
	state = (struct forward_state *)bpf_map__initial_value(bpf_object__find_map_by_name(*object, ".bss"), &bytes);
	if (!state || bytes < sizeof(*state))
		return fail("find the frames of", options->object, EINVAL);
	if (fill(state, options, family))
		return 1;
	error = bpf_object__load(*object);
	return error ? fail("load", options->object, -error) : 0;
}

int main(int argc, char **argv)
{
	struct options options = { .batch = 64 };
	struct bpf_object *object = NULL;
	int failed, family, receiver = -1;

	if (parse_options(argc, argv, &options)) {
		fprintf(stderr,
			"usage: forward --object FILE --device NAME --src ADDRESS --dst ADDRESS[,...] --repeat N "
			"--slices N [--batch N] [--cpu N] [--mac ADDRESS] [--through NAME] [--receive]\n");
		return 2;
	}
	family = strchr(options.source, ':') ? AF_INET6 : AF_INET;
	failed = take_cpu(options.cpu) || (options.is_received && receive(&options, family, &receiver)) ||
		 open_filled(&options, family, &object) ||
		 run(&options, bpf_program__fd(bpf_object__find_program_by_name(object, "hand_over")), receiver);
	bpf_object__close(object);
	return failed ? 1 : 0;
}
