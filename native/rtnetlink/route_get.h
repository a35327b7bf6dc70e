// SPDX-License-Identifier: BSD-2-Clause
// Which route the kernel answers an address by, asked over rtnetlink. Needs no capability, and is of the network
// namespace of the thread that opened the socket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "route_message.h"

namespace tablesnoop {

struct RouteAnswer {
  uint32_t prefix_length;
  uint32_t table;
  // Ifindex; TS_EGRESS_MULTIPATH of several nexthops that live; 0: the kernel names none.
  uint32_t egress;
};

// One route as a message of rtnetlink tells it, as far as a lookup goes by it: whether its nexthops live, unlike a
// RouteMessage, which a route stays though a link goes.
struct ToldRoute {
  int family;
  RouteAddress destination;
  uint32_t metric;
  // It says no: unreachable, prohibit, blackhole or throw.
  bool rejects;
  // No nexthop of it lives.
  bool is_dead;
  // Taken only for some sources or types of service.
  bool is_special;
  RouteAnswer answer;
};

// `message` is a whole RTM_NEWROUTE with its header. Empty if it is another message, or damaged.
std::optional<ToldRoute> ReadRoute(const uint8_t* message, size_t size);

// What a lookup in a table with these routes answers, told one by one.
class LongestMatch {
 public:
  LongestMatch(int family, const RouteAddress& address) : family_(family), address_(address) {}
  void Take(const ToldRoute& route);
  std::optional<RouteAnswer> Answer() const;

 private:
  int family_;
  RouteAddress address_;
  std::optional<ToldRoute> best_;
};

class RouteSocket {
 public:
  RouteSocket();
  ~RouteSocket();
  RouteSocket(const RouteSocket&) = delete;
  RouteSocket& operator=(const RouteSocket&) = delete;

  // What the rules decide for a packet of this machine's own; `vrf`: ifindex of the VRF it is sent in, 0 without.
  // Empty: no route, or one that rejects. Throws KernelError.
  std::optional<RouteAnswer> Ask(int family, const RouteAddress& address, uint32_t vrf);
  // What one table answers, whether or not a rule leads there. Reads all of its routes. Throws KernelError.
  std::vector<std::optional<RouteAnswer>> Find(int family, uint32_t table, const std::vector<RouteAddress>& addresses);

 private:
  struct Heard {
    bool is_end;
    bool is_torn;  // Others changed the table while it was told.
    int error;     // Positive errno.
  };

  void Send(const nlmsghdr* message);
  template <typename Take>
  Heard Receive(Take take);
  // Whether it was torn.
  bool Dump(int family, uint32_t table, std::vector<LongestMatch>* matches);

  int socket_ = -1;
  uint32_t sequence_ = 0;
  std::vector<uint8_t> buffer_;
};

}  // namespace tablesnoop
