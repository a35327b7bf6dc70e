// SPDX-License-Identifier: BSD-2-Clause
// What rtnetlink says of one route: in a notice of a change, in a listing of the tables, in an answer. Pure.
#pragma once

#include <linux/netlink.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "route_address.h"

namespace tablesnoop {

struct RouteNexthop {
  uint32_t oif = 0;            // 0: none, as of a blackhole
  uint8_t gateway_family = 0;  // AF_INET, AF_INET6 (an IPv4 route may lead via one of IPv6); 0: no gateway
  RouteAddress gateway = {};
  bool is_dead = false;  // its device is down: the route stays, and no lookup takes it

  bool operator==(const RouteNexthop&) const = default;
};

struct RouteMessage {
  bool is_removed = false;    // RTM_DELROUTE
  bool is_replaced = false;   // NLM_F_REPLACE: it took the place of another one
  uint8_t family = 0;         // AF_INET or AF_INET6
  uint8_t length = 0;         // of the prefix, in bits
  uint8_t source_length = 0;  // of the prefix of source addresses it is for; 0: for all
  uint8_t tos = 0;
  uint8_t protocol = 0;  // RTPROT_…
  uint8_t type = 0;      // RTN_…
  uint32_t table = 0;
  uint32_t metric = 0;      // IPv4 leaves out 0
  uint32_t nexthop_id = 0;  // of a nexthop object; 0: it has its nexthops itself
  RouteAddress destination = {};
  std::vector<RouteNexthop> nexthops;  // of several paths in the kernel's order; of one route or reject, one
};

// Whether a route of this type (RTN_…) says no: unreachable, prohibit, blackhole or throw.
bool Rejects(uint8_t type);

// Of an RTM_NEWROUTE or RTM_DELROUTE that lies in memory as long as it says. Nothing: it is another message, of another
// family, a route that was made for one lookup (RTM_F_CLONED), or its lengths are wrong.
std::optional<RouteMessage> ParseRoute(const nlmsghdr* message);

}  // namespace tablesnoop
