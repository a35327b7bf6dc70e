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

// What a lookup that takes this route answers. Empty: the route rejects, has gone, or no nexthop of it lives.
std::optional<RouteAnswer> AnswerBy(const RouteMessage& route);

// What a lookup in a table with these routes answers, told one by one. Routes for some sources or types of service
// alone are left out.
class LongestMatch {
 public:
  LongestMatch(uint8_t family, const RouteAddress& address) : family_(family), address_(address) {}
  void Take(const RouteMessage& route);
  std::optional<RouteAnswer> Answer() const;

 private:
  uint8_t family_;
  RouteAddress address_;
  std::optional<RouteMessage> best_;
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
