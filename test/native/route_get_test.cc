// SPDX-License-Identifier: BSD-2-Clause
#include "../../native/rtnetlink/route_get.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cstring>
#include <string>

#include "../../bpf/kinds/route/event.h"

using namespace tablesnoop;

namespace {

RouteAddress Address(const char* text) {
  RouteAddress address = {};
  inet_pton(strchr(text, ':') == nullptr ? AF_INET : AF_INET6, text, address.data());
  return address;
}

// A message that grows by attributes.
struct Message {
  std::vector<uint8_t> bytes = std::vector<uint8_t>(NLMSG_LENGTH(sizeof(rtmsg)));
  rtmsg route = {};
  uint16_t type = RTM_NEWROUTE;

  Message(const char* destination, uint8_t length, uint8_t table = RT_TABLE_MAIN) {
    bool is_ipv4 = strchr(destination, ':') == nullptr;
    route.rtm_family = is_ipv4 ? AF_INET : AF_INET6;
    route.rtm_dst_len = length;
    route.rtm_table = table;
    route.rtm_type = RTN_UNICAST;
    Add(RTA_DST, Address(destination).data(), is_ipv4 ? 4 : 16);
  }

  Message& Add(uint16_t attribute, const void* value, size_t size) {
    rtattr head = {.rta_len = static_cast<uint16_t>(RTA_LENGTH(size)), .rta_type = attribute};
    size_t at = bytes.size();
    bytes.resize(at + RTA_SPACE(size));
    memcpy(&bytes[at], &head, sizeof(head));
    memcpy(&bytes[at + RTA_LENGTH(0)], value, size);
    return *this;
  }

  Message& Add(uint16_t attribute, uint32_t value) { return Add(attribute, &value, sizeof(value)); }

  std::optional<RouteMessage> Read() { return Read(bytes.size()); }

  // As if it ended after so many bytes.
  std::optional<RouteMessage> Read(size_t size) {
    nlmsghdr header = {};
    header.nlmsg_len = static_cast<uint32_t>(size);
    header.nlmsg_type = type;
    memcpy(&bytes[0], &header, sizeof(header));
    memcpy(&bytes[NLMSG_HDRLEN], &route, sizeof(route));
    return ParseRoute(reinterpret_cast<const nlmsghdr*>(bytes.data()));
  }
};

// Nexthops of these devices; a negative one is dead.
std::vector<uint8_t> Nexthops(const std::vector<int>& devices) {
  std::vector<uint8_t> bytes;
  for (int device : devices) {
    rtnexthop nexthop = {};
    nexthop.rtnh_len = sizeof(nexthop);
    nexthop.rtnh_ifindex = device < 0 ? -device : device;
    nexthop.rtnh_flags = device < 0 ? RTNH_F_DEAD : 0;
    const auto* from = reinterpret_cast<const uint8_t*>(&nexthop);
    bytes.insert(bytes.end(), from, from + sizeof(nexthop));
  }
  return bytes;
}

RouteMessage Over(const std::vector<int>& devices) {
  std::vector<uint8_t> nexthops = Nexthops(devices);
  return Message("10.0.0.0", 8).Add(RTA_MULTIPATH, nexthops.data(), nexthops.size()).Read().value();
}

uint32_t EgressAt(const char* address, const std::vector<RouteMessage>& routes) {
  LongestMatch match(strchr(address, ':') == nullptr ? AF_INET : AF_INET6, Address(address));
  for (const RouteMessage& route : routes) match.Take(route);
  std::optional<RouteAnswer> answer = match.Answer();
  return answer ? answer->egress : 0;
}

RouteMessage Via(const char* destination, uint8_t length, uint32_t device, uint32_t metric = 0,
                 uint8_t type = RTN_UNICAST) {
  Message message(destination, length);
  message.route.rtm_type = type;
  return message.Add(RTA_OIF, device).Add(RTA_PRIORITY, metric).Read().value();
}

}  // namespace

TEST_CASE("a route answers with prefix, table and device") {
  std::optional<RouteAnswer> answer =
      AnswerBy(*Message("2001:db8::", 32).Add(RTA_OIF, 7).Add(RTA_PRIORITY, 1024).Add(RTA_TABLE, 1010).Read());
  REQUIRE(answer);
  CHECK(answer->prefix_length == 32);
  CHECK(answer->table == 1010);
  CHECK(answer->egress == 7);
  CHECK(AnswerBy(*Message("10.0.0.0", 8, RT_TABLE_LOCAL).Read())->table == RT_TABLE_LOCAL);
}

TEST_CASE("of several nexthops only those that live count") {
  CHECK(AnswerBy(Over({3, 4}))->egress == TS_EGRESS_MULTIPATH);
  CHECK(AnswerBy(Over({3, 4, 5}))->egress == TS_EGRESS_MULTIPATH);
  CHECK(AnswerBy(Over({-3, 4}))->egress == 4);
  CHECK(AnswerBy(Over({3, -4}))->egress == 3);
  CHECK_FALSE(AnswerBy(Over({-3, -4})));
}

TEST_CASE("the longest prefix that covers the address answers, of two the one of the lower metric") {
  std::vector<RouteMessage> routes = {Via("0.0.0.0", 0, 1), Via("10.0.0.0", 8, 2), Via("10.1.0.0", 17, 3),
                                      Via("10.1.128.0", 17, 4, 20), Via("10.1.128.0", 17, 5, 10)};
  CHECK(EgressAt("10.2.0.0", routes) == 2);
  CHECK(EgressAt("10.1.127.255", routes) == 3);
  CHECK(EgressAt("10.1.128.0", routes) == 5);
  CHECK(EgressAt("192.0.2.1", routes) == 1);
  CHECK(EgressAt("::1", routes) == 0);
  CHECK(EgressAt("10.0.0.0", {Via("10.0.0.0", 32, 6), Via("10.0.0.0", 8, 2)}) == 6);
  CHECK(EgressAt("2001:db8:1::", {Via("2001:db8::", 32, 2), Via("2001:db8:1::", 48, 3)}) == 3);
}

TEST_CASE("a route that rejects hides what it covers, a dead or special one does not") {
  for (uint8_t type : {RTN_UNREACHABLE, RTN_PROHIBIT, RTN_BLACKHOLE, RTN_THROW}) {
    CHECK(EgressAt("10.1.0.0", {Via("10.0.0.0", 8, 2), Via("10.1.0.0", 16, 0, 0, type)}) == 0);
    CHECK(EgressAt("10.2.0.0", {Via("10.0.0.0", 8, 2), Via("10.1.0.0", 16, 0, 0, type)}) == 2);
  }
  CHECK(EgressAt("10.0.0.0", {Via("10.0.0.0", 8, 2, 0, RTN_LOCAL)}) == 2);
  Message dead("10.1.0.0", 16), marked("10.1.0.0", 16), sourced("10.1.0.0", 16);
  dead.route.rtm_flags = RTNH_F_DEAD;
  marked.route.rtm_tos = 16;
  sourced.route.rtm_src_len = 8;
  for (Message* message : {&dead, &marked, &sourced}) {
    CHECK(EgressAt("10.1.0.0", {Via("10.0.0.0", 8, 2), message->Add(RTA_OIF, 9).Read().value()}) == 2);
  }
}

TEST_CASE("what is no route, or damaged, is nothing") {
  Message removed("10.0.0.0", 8);
  removed.type = RTM_DELROUTE;
  CHECK_FALSE(AnswerBy(*removed.Add(RTA_OIF, 9).Read()));
  CHECK(EgressAt("10.0.0.0", {*removed.Read()}) == 0);
  CHECK_FALSE(Message("10.0.0.0", 33).Read());
  Message family("10.0.0.0", 8);
  family.route.rtm_family = AF_UNSPEC;
  CHECK_FALSE(family.Read());
  Message damaged("10.0.0.0", 8);
  damaged.bytes[NLMSG_LENGTH(sizeof(rtmsg))] = 200;
  CHECK_FALSE(damaged.Read());
  damaged.bytes[NLMSG_LENGTH(sizeof(rtmsg))] = 1;
  CHECK_FALSE(damaged.Read());
  std::vector<uint8_t> nexthop = Nexthops({3});
  nexthop[0] = 200;
  CHECK_FALSE(Message("10.0.0.0", 8).Add(RTA_MULTIPATH, nexthop.data(), nexthop.size()).Read());
  for (size_t size = 0; size < NLMSG_LENGTH(sizeof(rtmsg)); size++) CHECK_FALSE(Message("10.0.0.0", 8).Read(size));
}
