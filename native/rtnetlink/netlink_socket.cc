// SPDX-License-Identifier: BSD-2-Clause
#include "netlink_socket.h"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cerrno>

#include "../probe/kernel_error.h"
#include "../probe/netns_cookie.h"

namespace tablesnoop {

namespace {

// What the kernel makes of a listing at a time, at the most.
constexpr size_t kBufferBytes = 32 * 1024;

// What may wait for us. Without CAP_NET_ADMIN it is as much as the kernel gives anybody (net.core.rmem_max).
constexpr int kQueueBytes = 8 * 1024 * 1024;

// IPv4 addresses and nexthop objects take routes with them, as links do.
constexpr int kGroups[] = {RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE, RTNLGRP_NEXTHOP};

constexpr const char kObject[] = "a socket for changes of routes";

}  // namespace

NetlinkSocket::NetlinkSocket() : buffer_(kBufferBytes / sizeof(uint32_t)) {
  socket_.reset(mnl_socket_open2(NETLINK_ROUTE, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!socket_ || mnl_socket_bind(socket_.get(), 0, MNL_SOCKET_AUTOPID) < 0) {
    throw KernelError("open", kObject, errno);
  }
  int queue = kQueueBytes;
  if (setsockopt(Descriptor(), SOL_SOCKET, SO_RCVBUFFORCE, &queue, sizeof(queue)) != 0 &&
      setsockopt(Descriptor(), SOL_SOCKET, SO_RCVBUF, &queue, sizeof(queue)) != 0) {
    throw KernelError("give room to", kObject, errno);
  }
}

void NetlinkSocket::Subscribe() {
  for (int group : kGroups) {
    if (mnl_socket_setsockopt(socket_.get(), NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0) {
      throw KernelError("subscribe", kObject, errno);
    }
  }
}

uint64_t NetlinkSocket::NetnsCookie() const { return NetnsCookieOf(Descriptor()); }

void NetlinkSocket::AskForRoutes(uint8_t family, uint32_t number) {
  alignas(nlmsghdr) char request[MNL_ALIGN(sizeof(nlmsghdr)) + MNL_ALIGN(sizeof(rtmsg))];
  nlmsghdr* head = mnl_nlmsg_put_header(request);
  head->nlmsg_type = RTM_GETROUTE;
  head->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  head->nlmsg_seq = number;
  auto* route = static_cast<rtmsg*>(mnl_nlmsg_put_extra_header(head, sizeof(rtmsg)));
  route->rtm_family = family;
  if (mnl_socket_sendto(socket_.get(), head, head->nlmsg_len) < 0) throw KernelError("read", "all routes", errno);
}

NetlinkSocket::Received NetlinkSocket::Receive() {
  ssize_t bytes = recv(Descriptor(), buffer_.data(), kBufferBytes, 0);
  if (bytes >= 0) return {reinterpret_cast<const nlmsghdr*>(buffer_.data()), static_cast<size_t>(bytes), false};
  if (errno == ENOBUFS) return {nullptr, 0, true};
  if (errno == EAGAIN || errno == EINTR) return {};
  throw KernelError("hear", "changes of routes", errno);
}

}  // namespace tablesnoop
