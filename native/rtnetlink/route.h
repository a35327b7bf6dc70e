// SPDX-License-Identifier: BSD-2-Clause
// One route in as few bytes as tell it apart from the others and say where it leads: there may be very many.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "route_message.h"

namespace tablesnoop {

// Routes of one key differ in their nexthops only. Without padding, as it is hashed and compared by its bytes.
struct RouteKey {
  uint8_t family;  // AF_INET or AF_INET6
  uint8_t length;  // of the prefix, in bits
  uint8_t tos;
  uint8_t unused;
  uint32_t table;
  uint32_t metric;
  RouteAddress destination;

  std::string_view Bytes() const { return {reinterpret_cast<const char*>(this), sizeof(*this)}; }
  bool operator==(const RouteKey& other) const { return memcmp(this, &other, sizeof(*this)) == 0; }
};
static_assert(sizeof(RouteKey) == 28);

struct RouteKeyHash {
  size_t operator()(const RouteKey& key) const { return std::hash<std::string_view>()(key.Bytes()); }
};

struct Route {
  RouteKey key;
  uint8_t protocol;   // RTPROT_…
  uint8_t type;       // RTN_…
  uint16_t nexthops;  // how many; what follows is of the first
  RouteNexthop nexthop;

  explicit Route(const RouteMessage& message);
  // Of a message with several nexthops, as if it had this one alone.
  Route(const RouteMessage& message, const RouteNexthop& only);

  // Whether the prefix has the address in it.
  bool Covers(uint8_t family, const RouteAddress& address) const;
};

}  // namespace tablesnoop
