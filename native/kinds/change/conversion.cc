// SPDX-License-Identifier: BSD-2-Clause
#include "conversion.h"

#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace tablesnoop {

namespace {

// AF_…, or 0 for none.
uint8_t AddressFamily(uint8_t family) {
  if (family == TS_IPV4) return AF_INET;
  return family == TS_IPV6 ? AF_INET6 : 0;
}

uint8_t EventFamily(uint8_t family) {
  if (family == AF_INET) return TS_IPV4;
  return family == AF_INET6 ? TS_IPV6 : TS_NO_FAMILY;
}

}  // namespace

std::optional<RouteChange> ChangeOf(const ts_change_event& event, int64_t unix_offset_ns) {
  uint8_t family = AddressFamily(event.head.family);
  if (family == 0 || event.head.code > TS_ROUTE_REMOVED) return {};
  RouteMessage message;
  message.family = family;
  message.length = std::min<uint8_t>(event.length, AddressBytes(family) * 8);
  message.protocol = event.protocol;
  message.type = event.type;
  message.table = event.table;
  message.metric = event.metric;
  memcpy(message.destination.data(), event.dst, AddressBytes(family));
  RouteNexthop nexthop;
  nexthop.gateway_family = AddressFamily(event.gateway_family);
  memcpy(nexthop.gateway.data(), event.gateway, nexthop.gateway.size());
  message.nexthops = {nexthop};
  RouteChange change = {
      .netns = event.head.netns,
      .unix_ms = (static_cast<int64_t>(event.head.time) + unix_offset_ns) / 1000000,
      .change = static_cast<Change>(event.head.code),
      .is_found = false,
      .route = Route(message),
      .device = std::string(event.head.device, strnlen(event.head.device, sizeof(event.head.device))),
  };
  change.route.nexthops = static_cast<uint16_t>(std::min<uint32_t>(event.nexthops, UINT16_MAX));
  return change;
}

ts_change_event EventOf(const RouteChange& change) {
  const Route& route = change.route;
  ts_change_event event = {};
  event.head.netns = change.netns;
  event.head.kind = TS_KIND_change;
  event.head.family = EventFamily(route.key.family);
  event.head.code = static_cast<uint8_t>(change.change);
  change.device.copy(event.head.device, sizeof(event.head.device) - 1);
  memcpy(event.dst, route.key.destination.data(), sizeof(event.dst));
  memcpy(event.gateway, route.nexthop.gateway.data(), sizeof(event.gateway));
  event.gateway_family = EventFamily(route.nexthop.gateway_family);
  event.table = route.key.table;
  event.metric = route.key.metric;
  event.nexthops = route.nexthops;
  event.length = route.key.length;
  event.protocol = route.protocol;
  event.type = route.type;
  return event;
}

}  // namespace tablesnoop
