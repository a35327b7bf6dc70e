// SPDX-License-Identifier: BSD-2-Clause
#include "route.h"

#include <algorithm>

namespace tablesnoop {

Route::Route(const RouteMessage& message)
    : key{message.family, message.length, message.tos, 0, message.table, message.metric, message.destination},
      protocol(message.protocol),
      type(message.type),
      nexthops(static_cast<uint16_t>(std::min<size_t>(message.nexthops.size(), UINT16_MAX))),
      nexthop(message.nexthops.front()) {}

Route::Route(const RouteMessage& message, const RouteNexthop& only) : Route(message) {
  nexthops = 1;
  nexthop = only;
}

bool Route::Covers(uint8_t family, const RouteAddress& address) const {
  return family == key.family && IsCovered(address, key.destination, key.length);
}

}  // namespace tablesnoop
