// SPDX-License-Identifier: BSD-2-Clause
#include "route_get.h"

#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "../../bpf/kinds/route/event.h"
#include "../probe/kernel_error.h"

namespace tablesnoop {

namespace {

constexpr char kAct[] = "ask for routes over";
constexpr char kRtnetlink[] = "rtnetlink";
// A dump comes in pieces of at most this size.
constexpr size_t kBufferBytes = 64 * 1024;
constexpr int kTimeoutSeconds = 2;
// A dump that others changed meanwhile is read again this often; a table that never rests is taken as it was told last.
constexpr int kDumps = 3;

// A request that grows by attributes.
class Request {
 public:
  Request(int family, uint16_t flags, uint32_t sequence) {
    header_->nlmsg_type = RTM_GETROUTE;
    header_->nlmsg_flags = NLM_F_REQUEST | flags;
    header_->nlmsg_seq = sequence;
    route_->rtm_family = static_cast<uint8_t>(family);
  }

  rtmsg& Route() { return *route_; }
  nlmsghdr* Header() { return header_; }

 private:
  alignas(nlmsghdr) char bytes_[128] = {};
  nlmsghdr* header_ = mnl_nlmsg_put_header(bytes_);
  rtmsg* route_ = static_cast<rtmsg*>(mnl_nlmsg_put_extra_header(header_, sizeof(rtmsg)));
};

// What the kernel says of a lookup, in contrast to what befalls the request.
bool IsAnswer(int error) { return error != EPERM && error != ENOBUFS && error != ENOMEM; }

// Whether a lookup may take it: it is there, and one of its nexthops lives.
bool IsLive(const RouteMessage& route) {
  return !route.is_removed && !std::ranges::all_of(route.nexthops, &RouteNexthop::is_dead);
}

}  // namespace

std::optional<RouteAnswer> AnswerBy(const RouteMessage& route) {
  if (!IsLive(route) || Rejects(route.type)) return {};
  uint32_t egress = 0;
  int living = 0;
  for (const RouteNexthop& nexthop : route.nexthops) {
    if (!nexthop.is_dead) egress = living++ == 0 ? nexthop.oif : uint32_t{TS_EGRESS_MULTIPATH};
  }
  return RouteAnswer{.prefix_length = route.length, .table = route.table, .egress = egress};
}

void LongestMatch::Take(const RouteMessage& route) {
  if (route.family != family_ || !IsLive(route) || route.tos != 0 || route.source_length != 0) return;
  if (!IsCovered(address_, route.destination, route.length)) return;
  // Of two that are alike the kernel takes the first.
  bool is_better =
      !best_ || route.length > best_->length || (route.length == best_->length && route.metric < best_->metric);
  if (is_better) best_ = route;
}

std::optional<RouteAnswer> LongestMatch::Answer() const { return best_ ? AnswerBy(*best_) : std::nullopt; }

RouteSocket::RouteSocket() : buffer_(kBufferBytes) {
  socket_ = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (socket_ < 0) throw KernelError("open", "a socket of rtnetlink", errno);
  timeval timeout = {.tv_sec = kTimeoutSeconds, .tv_usec = 0};
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
  // Without it a dump is of all tables (since 4.20).
  int on = 1;
  setsockopt(socket_, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
}

RouteSocket::~RouteSocket() { close(socket_); }

std::optional<RouteAnswer> RouteSocket::Ask(int family, const RouteAddress& address, uint32_t vrf) {
  Request request(family, 0, ++sequence_);
  size_t bytes = AddressBytes(family);
  request.Route().rtm_dst_len = static_cast<uint8_t>(bytes * 8);
  // IPv6 always tells the table, and refuses to be asked to.
  request.Route().rtm_flags = family == AF_INET ? RTM_F_FIB_MATCH | RTM_F_LOOKUP_TABLE : RTM_F_FIB_MATCH;
  mnl_attr_put(request.Header(), RTA_DST, bytes, address.data());
  if (vrf != 0) mnl_attr_put_u32(request.Header(), RTA_OIF, vrf);
  Send(request.Header());
  std::optional<RouteAnswer> answer;
  bool is_told = false;
  Heard heard;
  do {
    heard = Receive([&](const nlmsghdr* message) {
      is_told = true;
      if (std::optional<RouteMessage> route = ParseRoute(message)) answer = AnswerBy(*route);
    });
  } while (!is_told && !heard.is_end);
  if (!IsAnswer(heard.error)) throw KernelError(kAct, kRtnetlink, heard.error);
  return answer;
}

std::vector<std::optional<RouteAnswer>> RouteSocket::Find(int family, uint32_t table,
                                                          const std::vector<RouteAddress>& addresses) {
  std::vector<LongestMatch> matches;
  bool is_torn = true;
  for (int dump = 0; is_torn && dump < kDumps; dump++) {
    matches.clear();
    for (const RouteAddress& address : addresses) matches.emplace_back(family, address);
    is_torn = Dump(family, table, &matches);
  }
  std::vector<std::optional<RouteAnswer>> answers;
  for (const LongestMatch& match : matches) answers.push_back(match.Answer());
  return answers;
}

bool RouteSocket::Dump(int family, uint32_t table, std::vector<LongestMatch>* matches) {
  Request request(family, NLM_F_DUMP, ++sequence_);
  mnl_attr_put_u32(request.Header(), RTA_TABLE, table);
  Send(request.Header());
  bool is_torn = false;
  Heard heard;
  do {
    heard = Receive([&](const nlmsghdr* message) {
      std::optional<RouteMessage> route = ParseRoute(message);
      // It is of all tables where the kernel knows no filter.
      if (!route || route->table != table) return;
      for (LongestMatch& match : *matches) match.Take(*route);
    });
    is_torn = is_torn || heard.is_torn;
  } while (!heard.is_end);
  // ENOENT: there is no such table, so it has no route.
  if (!IsAnswer(heard.error)) throw KernelError(kAct, kRtnetlink, heard.error);
  return is_torn;
}

void RouteSocket::Send(const nlmsghdr* message) {
  sockaddr_nl kernel = {};
  kernel.nl_family = AF_NETLINK;
  ssize_t sent;
  do {
    const auto* address = reinterpret_cast<const sockaddr*>(&kernel);
    sent = sendto(socket_, message, message->nlmsg_len, 0, address, sizeof(kernel));
  } while (sent < 0 && errno == EINTR);
  if (sent < 0) throw KernelError(kAct, kRtnetlink, errno);
}

template <typename Take>
RouteSocket::Heard RouteSocket::Receive(Take take) {
  ssize_t received;
  do {
    received = recv(socket_, buffer_.data(), buffer_.size(), MSG_TRUNC);
  } while (received < 0 && errno == EINTR);
  if (received < 0) throw KernelError(kAct, kRtnetlink, errno);
  size_t size = static_cast<size_t>(received);
  if (size > buffer_.size()) throw KernelError(kAct, kRtnetlink, EMSGSIZE);
  Heard heard = {};
  int left = static_cast<int>(size);
  const auto* message = reinterpret_cast<const nlmsghdr*>(buffer_.data());
  for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
    if (message->nlmsg_seq != sequence_) continue;
    heard.is_torn = heard.is_torn || (message->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
    if (message->nlmsg_type == NLMSG_DONE || message->nlmsg_type == NLMSG_ERROR) {
      int code = 0;
      if (mnl_nlmsg_get_payload_len(message) >= sizeof(code)) {
        memcpy(&code, mnl_nlmsg_get_payload(message), sizeof(code));
      }
      heard.is_end = true;
      heard.error = -code;
      return heard;
    }
    take(message);
  }
  if (left >= static_cast<int>(MNL_NLMSG_HDRLEN)) throw KernelError(kAct, kRtnetlink, EBADMSG);
  return heard;
}

}  // namespace tablesnoop
