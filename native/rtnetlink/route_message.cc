// SPDX-License-Identifier: BSD-2-Clause
#include "route_message.h"

#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cstring>

namespace tablesnoop {

namespace {

// False if one of them is damaged, or not what `act` wants. libmnl's macros for this are C.
template <typename Act>
bool EachAttribute(const void* first, const char* end, Act act) {
  const auto* attribute = static_cast<const nlattr*>(first);
  auto left = [&] { return static_cast<int>(end - reinterpret_cast<const char*>(attribute)); };
  while (mnl_attr_ok(attribute, left())) {
    if (!act(attribute)) return false;
    attribute = mnl_attr_next(attribute);
  }
  return left() < static_cast<int>(MNL_ATTR_HDRLEN);
}

bool ReadNumber(const nlattr* attribute, uint32_t& to) {
  if (mnl_attr_validate(attribute, MNL_TYPE_U32) < 0) return false;
  to = mnl_attr_get_u32(attribute);
  return true;
}

bool ReadAddress(const nlattr* attribute, uint8_t family, RouteAddress& to) {
  if (mnl_attr_get_payload_len(attribute) != AddressBytes(family)) return false;
  memcpy(to.data(), mnl_attr_get_payload(attribute), AddressBytes(family));
  return true;
}

// Of an IPv4 route whose gateway is of IPv6.
bool ReadVia(const nlattr* attribute, RouteNexthop& to) {
  if (mnl_attr_get_payload_len(attribute) < sizeof(rtvia)) return false;
  const auto* via = static_cast<const rtvia*>(mnl_attr_get_payload(attribute));
  size_t bytes = mnl_attr_get_payload_len(attribute) - sizeof(rtvia);
  if (via->rtvia_family != AF_INET && via->rtvia_family != AF_INET6) return true;
  to.gateway_family = static_cast<uint8_t>(via->rtvia_family);
  if (bytes != AddressBytes(to.gateway_family)) return false;
  memcpy(to.gateway.data(), via->rtvia_addr, bytes);
  return true;
}

// What a route says of its one nexthop, and a path of several of its own.
bool ReadNexthop(const nlattr* attribute, uint8_t family, RouteNexthop& to) {
  switch (mnl_attr_get_type(attribute)) {
    case RTA_OIF:
      return ReadNumber(attribute, to.oif);
    case RTA_GATEWAY:
      to.gateway_family = family;
      return ReadAddress(attribute, family, to.gateway);
    case RTA_VIA:
      return ReadVia(attribute, to);
    default:
      return true;
  }
}

bool ReadPaths(const nlattr* attribute, uint8_t family, std::vector<RouteNexthop>& to) {
  const char* at = static_cast<const char*>(mnl_attr_get_payload(attribute));
  size_t left = mnl_attr_get_payload_len(attribute);
  while (left >= sizeof(rtnexthop)) {
    const auto* path = reinterpret_cast<const rtnexthop*>(at);
    if (path->rtnh_len < sizeof(rtnexthop) || path->rtnh_len > left) return false;
    RouteNexthop nexthop;
    nexthop.oif = static_cast<uint32_t>(path->rtnh_ifindex);
    nexthop.is_dead = (path->rtnh_flags & RTNH_F_DEAD) != 0;
    bool is_good = EachAttribute(RTNH_DATA(path), at + path->rtnh_len,
                                 [&](const nlattr* inner) { return ReadNexthop(inner, family, nexthop); });
    if (!is_good) return false;
    to.push_back(nexthop);
    size_t step = RTNH_ALIGN(path->rtnh_len);
    if (step >= left) break;
    at += step;
    left -= step;
  }
  return true;
}

bool ReadAttribute(const nlattr* attribute, RouteMessage& route, RouteNexthop& only) {
  switch (mnl_attr_get_type(attribute)) {
    case RTA_TABLE:
      return ReadNumber(attribute, route.table);
    case RTA_PRIORITY:
      return ReadNumber(attribute, route.metric);
    case RTA_NH_ID:
      return ReadNumber(attribute, route.nexthop_id);
    case RTA_DST:
      return ReadAddress(attribute, route.family, route.destination);
    case RTA_MULTIPATH:
      return ReadPaths(attribute, route.family, route.nexthops);
    default:
      return ReadNexthop(attribute, route.family, only);
  }
}

}  // namespace

bool Rejects(uint8_t type) {
  return type == RTN_UNREACHABLE || type == RTN_PROHIBIT || type == RTN_BLACKHOLE || type == RTN_THROW;
}

std::optional<RouteMessage> ParseRoute(const nlmsghdr* message) {
  if (message->nlmsg_type != RTM_NEWROUTE && message->nlmsg_type != RTM_DELROUTE) return {};
  if (message->nlmsg_len < MNL_NLMSG_HDRLEN + MNL_ALIGN(sizeof(rtmsg))) return {};
  const auto* head = static_cast<const rtmsg*>(mnl_nlmsg_get_payload(message));
  if (head->rtm_family != AF_INET && head->rtm_family != AF_INET6) return {};
  if ((head->rtm_flags & RTM_F_CLONED) != 0 || head->rtm_dst_len > 8 * AddressBytes(head->rtm_family)) return {};
  RouteMessage route;
  route.is_removed = message->nlmsg_type == RTM_DELROUTE;
  route.is_replaced = !route.is_removed && (message->nlmsg_flags & NLM_F_REPLACE) != 0;
  route.family = head->rtm_family;
  route.length = head->rtm_dst_len;
  route.source_length = head->rtm_src_len;
  route.tos = head->rtm_tos;
  route.protocol = head->rtm_protocol;
  route.type = head->rtm_type;
  route.table = head->rtm_table;  // of those up to 255; the others have an attribute
  RouteNexthop only;
  only.is_dead = (head->rtm_flags & RTNH_F_DEAD) != 0;
  bool is_good = EachAttribute(mnl_nlmsg_get_payload_offset(message, sizeof(rtmsg)),
                               static_cast<const char*>(mnl_nlmsg_get_payload_tail(message)),
                               [&](const nlattr* attribute) { return ReadAttribute(attribute, route, only); });
  if (!is_good) return {};
  if (route.nexthops.empty()) route.nexthops.push_back(only);
  return route;
}

}  // namespace tablesnoop
