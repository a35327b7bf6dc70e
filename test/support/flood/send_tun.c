// SPDX-License-Identifier: BSD-2-Clause
// Packets written to a tun device that may live in another namespace: the kernel takes them in there, in this task.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "checksum.h"
#include "send.h"

static int open_device(const char *name)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (fd >= 0 && !ioctl(fd, TUNSETIFF, &request))
		return fd;
	send_fail("open tun device", name, errno);
	if (fd >= 0)
		close(fd);
	return -1;
}

static size_t build_v4(const struct send_options *options, char *packet)
{
	struct ip *ip = (struct ip *)packet;
	struct udphdr *udp = (struct udphdr *)(ip + 1);
	size_t length = sizeof(*ip) + sizeof(*udp) + options->size;

	ip->ip_v = 4;
	ip->ip_hl = sizeof(*ip) / 4;
	ip->ip_len = htons(length);
	ip->ip_ttl = 64;
	ip->ip_p = IPPROTO_UDP;
	ip->ip_src = ((const struct sockaddr_in *)&options->from)->sin_addr;
	ip->ip_dst = ((const struct sockaddr_in *)&options->to)->sin_addr;
	ip->ip_sum = checksum_fold(checksum_add(0, ip, sizeof(*ip)));
	/* UDP over IPv4 may go without a checksum. */
	udp->uh_sport = udp->uh_dport = htons(options->port);
	udp->uh_ulen = htons(sizeof(*udp) + options->size);
	return length;
}

static size_t build_v6(const struct send_options *options, char *packet)
{
	struct ip6_hdr *ip = (struct ip6_hdr *)packet;
	struct udphdr *udp = (struct udphdr *)(ip + 1);
	size_t payload = sizeof(*udp) + options->size;
	unsigned int sum;

	ip->ip6_flow = htonl(6u << 28);
	ip->ip6_plen = htons(payload);
	ip->ip6_nxt = IPPROTO_UDP;
	ip->ip6_hlim = 64;
	ip->ip6_src = ((const struct sockaddr_in6 *)&options->from)->sin6_addr;
	ip->ip6_dst = ((const struct sockaddr_in6 *)&options->to)->sin6_addr;
	udp->uh_sport = udp->uh_dport = htons(options->port);
	udp->uh_ulen = htons(payload);
	/* Two addresses, length and protocol make the pseudo header; the payload is zeros. */
	sum = checksum_add(htons(payload) + htons(IPPROTO_UDP), &ip->ip6_src, 32);
	udp->uh_sum = checksum_fold(checksum_add(sum, udp, sizeof(*udp)));
	return sizeof(*ip) + payload;
}

int send_tun(const struct send_options *options, struct send_tally *tally)
{
	char packet[SEND_MAX_PAYLOAD + 64] __attribute__((aligned(8))) = {};
	int home, fd;
	size_t length;
	unsigned long i;

	if (!options->device || options->from.ss_family != options->to.ss_family)
		return send_fail("find", "--device and --from", EINVAL);
	home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (home < 0 || (options->device_netns && enter_netns(options->device_netns)))
		return 1;
	fd = open_device(options->device);
	if (setns(home, CLONE_NEWNET))
		return send_fail("return to", "own namespace", errno);
	close(home);
	if (fd < 0)
		return 1;
	length = options->to.ss_family == AF_INET6 ? build_v6(options, packet) : build_v4(options, packet);
	for (i = 0; i < options->count; i++)
		send_count(tally, write(fd, packet, length));
	close(fd);
	return 0;
}
