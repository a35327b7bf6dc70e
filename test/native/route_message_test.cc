// SPDX-License-Identifier: BSD-2-Clause
#include "../../native/rtnetlink/route_message.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>

#include <cstring>
#include <string>

using namespace tablesnoop;

namespace {

RouteAddress Address(int family, const char* text) {
  RouteAddress address = {};
  REQUIRE(inet_pton(family, text, address.data()) == 1);
  return address;
}

size_t Bytes(int family) { return family == AF_INET ? 4 : 16; }

// As the kernel makes it.
class Message {
 public:
  explicit Message(uint16_t type, uint16_t flags = 0, uint8_t family = AF_INET) : family_(family) {
    memset(buffer_, 0, sizeof(buffer_));
    head_ = mnl_nlmsg_put_header(buffer_);
    head_->nlmsg_type = type;
    head_->nlmsg_flags = flags;
    route_ = static_cast<rtmsg*>(mnl_nlmsg_put_extra_header(head_, sizeof(rtmsg)));
    route_->rtm_family = family;
    route_->rtm_table = RT_TABLE_MAIN;
    route_->rtm_type = RTN_UNICAST;
    route_->rtm_protocol = RTPROT_BIRD;
  }

  Message& To(const char* prefix, uint8_t length) {
    mnl_attr_put(head_, RTA_DST, Bytes(family_), Address(family_, prefix).data());
    route_->rtm_dst_len = length;
    return *this;
  }
  Message& Number(uint16_t type, uint32_t value) {
    mnl_attr_put_u32(head_, type, value);
    return *this;
  }
  Message& Gateway(int family, const char* address) {
    mnl_attr_put(head_, RTA_GATEWAY, Bytes(family), Address(family, address).data());
    return *this;
  }
  Message& Via6(const char* address) {
    char via[sizeof(rtvia) + 16] = {};
    uint16_t family = AF_INET6;
    memcpy(via, &family, sizeof(family));
    memcpy(via + sizeof(rtvia), Address(AF_INET6, address).data(), 16);
    mnl_attr_put(head_, RTA_VIA, sizeof(via), via);
    return *this;
  }
  Message& Paths(std::initializer_list<std::pair<const char*, int>> paths) {
    nlattr* nest = mnl_attr_nest_start(head_, RTA_MULTIPATH);
    for (const auto& [gateway, oif] : paths) {
      auto* path = static_cast<rtnexthop*>(mnl_nlmsg_get_payload_tail(head_));
      head_->nlmsg_len += sizeof(rtnexthop);
      path->rtnh_ifindex = oif;
      Gateway(family_, gateway);
      path->rtnh_len = static_cast<uint16_t>(sizeof(rtnexthop) + MNL_ATTR_HDRLEN + Bytes(family_));
    }
    mnl_attr_nest_end(head_, nest);
    return *this;
  }

  rtmsg& Route() { return *route_; }
  nlmsghdr& Head() { return *head_; }
  std::optional<RouteMessage> Parse() const { return ParseRoute(head_); }

 private:
  uint8_t family_;
  alignas(8) char buffer_[1024];
  nlmsghdr* head_;
  rtmsg* route_;
};

}  // namespace

TEST_CASE("an added IPv4 route is told with table, prefix, nexthop, protocol and metric") {
  auto route = Message(RTM_NEWROUTE)
                   .To("198.51.100.0", 24)
                   .Number(RTA_TABLE, 7777)
                   .Number(RTA_PRIORITY, 32)
                   .Gateway(AF_INET, "10.90.2.2")
                   .Number(RTA_OIF, 3)
                   .Parse();
  REQUIRE(route);
  CHECK_FALSE(route->is_removed);
  CHECK_FALSE(route->is_replaced);
  CHECK(route->family == AF_INET);
  CHECK(route->table == 7777);
  CHECK(route->destination == Address(AF_INET, "198.51.100.0"));
  CHECK(route->length == 24);
  CHECK(route->protocol == RTPROT_BIRD);
  CHECK(route->type == RTN_UNICAST);
  CHECK(route->metric == 32);
  REQUIRE(route->nexthops.size() == 1);
  CHECK(route->nexthops[0] == RouteNexthop{3, AF_INET, Address(AF_INET, "10.90.2.2")});
}

TEST_CASE("a default route has no prefix to say, and a blackhole no nexthop") {
  Message message(RTM_DELROUTE);
  message.Route().rtm_type = RTN_BLACKHOLE;
  auto route = message.Parse();
  REQUIRE(route);
  CHECK(route->is_removed);
  CHECK(route->length == 0);
  CHECK(route->table == RT_TABLE_MAIN);
  CHECK(route->destination == RouteAddress{});
  CHECK(route->nexthops == std::vector<RouteNexthop>{{}});
}

TEST_CASE("of several paths each nexthop is told, in order") {
  auto route = Message(RTM_NEWROUTE, NLM_F_REPLACE, AF_INET6)
                   .To("2001:db8::", 32)
                   .Paths({{"fe80::1", 4}, {"fe80::2", 5}})
                   .Number(RTA_NH_ID, 9)
                   .Parse();
  REQUIRE(route);
  CHECK(route->is_replaced);
  CHECK(route->nexthop_id == 9);
  REQUIRE(route->nexthops.size() == 2);
  CHECK(route->nexthops[0] == RouteNexthop{4, AF_INET6, Address(AF_INET6, "fe80::1")});
  CHECK(route->nexthops[1] == RouteNexthop{5, AF_INET6, Address(AF_INET6, "fe80::2")});
}

TEST_CASE("an IPv4 route may lead via a gateway of IPv6") {
  auto route = Message(RTM_NEWROUTE).To("198.51.100.0", 24).Via6("fe80::7").Number(RTA_OIF, 2).Parse();
  REQUIRE(route);
  CHECK(route->nexthops[0] == RouteNexthop{2, AF_INET6, Address(AF_INET6, "fe80::7")});
}

TEST_CASE("what is no route of a table is nothing") {
  CHECK_FALSE(Message(RTM_NEWLINK).Parse());
  Message cloned(RTM_NEWROUTE);
  cloned.Route().rtm_flags = RTM_F_CLONED;
  CHECK_FALSE(cloned.Parse());
  CHECK_FALSE(Message(RTM_NEWROUTE, 0, AF_BRIDGE).Parse());
}

TEST_CASE("wrong lengths are refused and never read beyond the message") {
  Message prefix(RTM_NEWROUTE);
  prefix.Route().rtm_dst_len = 33;
  CHECK_FALSE(prefix.Parse());
  CHECK_FALSE(Message(RTM_NEWROUTE).Gateway(AF_INET6, "fe80::1").Parse());
  Message cut(RTM_NEWROUTE);
  cut.To("198.51.100.0", 24).Head().nlmsg_len = MNL_NLMSG_HDRLEN + 4;
  CHECK_FALSE(cut.Parse());
  Message paths(RTM_NEWROUTE);
  paths.Paths({{"10.0.0.1", 2}, {"10.0.0.2", 3}});
  auto* first = reinterpret_cast<rtnexthop*>(reinterpret_cast<char*>(&paths.Head()) + MNL_NLMSG_HDRLEN +
                                             MNL_ALIGN(sizeof(rtmsg)) + MNL_ATTR_HDRLEN);
  first->rtnh_len = 200;
  CHECK_FALSE(paths.Parse());
  first->rtnh_len = 0;
  CHECK_FALSE(paths.Parse());
}
