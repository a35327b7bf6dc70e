// SPDX-License-Identifier: BSD-2-Clause
// What the picture of the routes and the log of their changes make of notices and listings.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <linux/rtnetlink.h>

#include <string>
#include <vector>

#include "../../native/rtnetlink/change_counts.h"
#include "../../native/rtnetlink/change_log.h"
#include "../../native/rtnetlink/route_picture.h"

using namespace tablesnoop;

namespace {

RouteAddress Address(const char* text) {
  RouteAddress address = {};
  bool is_known = inet_pton(AF_INET, text, address.data()) == 1 || inet_pton(AF_INET6, text, address.data()) == 1;
  REQUIRE(is_known);
  return address;
}

RouteMessage Added(const char* prefix, uint8_t length, const char* gateway = nullptr, uint32_t oif = 2) {
  RouteMessage message;
  message.family = std::string(prefix).find(':') == std::string::npos ? AF_INET : AF_INET6;
  message.length = length;
  message.destination = Address(prefix);
  message.table = RT_TABLE_MAIN;
  message.protocol = RTPROT_BIRD;
  message.type = RTN_UNICAST;
  RouteNexthop nexthop;
  nexthop.oif = oif;
  if (gateway != nullptr) {
    nexthop.gateway_family = message.family;
    nexthop.gateway = Address(gateway);
  }
  message.nexthops = {nexthop};
  return message;
}

RouteMessage Removed(RouteMessage message) {
  message.is_removed = true;
  return message;
}

RouteMessage Replaced(RouteMessage message) {
  message.is_replaced = true;
  return message;
}

// What a listing of these tells, as "+length" and "-length".
std::string Listing(RoutePicture& picture, std::initializer_list<RouteMessage> routes) {
  std::string told;
  picture.BeginListing();
  for (const RouteMessage& route : routes) picture.List(route);
  picture.EndListing([&](const Route& route, Change change) {
    if (!told.empty()) told += " ";
    told += (change == Change::kRemoved ? "-" : "+") + std::to_string(route.key.length);
  });
  return told;
}

constexpr uint64_t kNetns = 7;

RouteChange Entry(const RouteMessage& message, Change change, int64_t unix_ms) {
  return {kNetns, unix_ms, change, false, Route(message), "eth0"};
}

// The prefix length of the cause; -1: there is none.
int CauseOf(const ChangeLog& log, const char* destination, uint32_t table = RT_TABLE_MAIN, int64_t since = 0) {
  uint8_t family = std::string(destination).find(':') == std::string::npos ? AF_INET : AF_INET6;
  auto cause = log.Cause({kNetns, family, Address(destination), table, since});
  return cause ? cause->route.key.length : -1;
}

}  // namespace

TEST_CASE("a prefix covers the addresses that begin with its bits, and no other family's") {
  Route route(Added("198.51.96.0", 19));
  CHECK(route.Covers(AF_INET, Address("198.51.127.255")));
  CHECK_FALSE(route.Covers(AF_INET, Address("198.51.128.0")));
  CHECK_FALSE(route.Covers(AF_INET6, Address("c633:6000::")));
  CHECK(Route(Added("0.0.0.0", 0)).Covers(AF_INET, Address("203.0.113.1")));
  CHECK(Route(Added("203.0.113.1", 32)).Covers(AF_INET, Address("203.0.113.1")));
  CHECK_FALSE(Route(Added("2001:db8::", 33)).Covers(AF_INET6, Address("2001:db8:8000::1")));
  CHECK(Route(Added("::1", 128)).Covers(AF_INET6, Address("::1")));
}

TEST_CASE("notices are told as they come, and a listing that agrees tells nothing") {
  RoutePicture picture;
  CHECK(Listing(picture, {Added("10.0.0.0", 8)}) == "");
  CHECK(picture.Notice(Added("10.1.0.0", 16)) == Change::kAdded);
  CHECK(picture.Notice(Replaced(Added("10.1.0.0", 16, "10.0.0.1"))) == Change::kReplaced);
  CHECK(Listing(picture, {Added("10.0.0.0", 8), Added("10.1.0.0", 16, "10.0.0.1")}) == "");
  CHECK(picture.Notice(Removed(Added("10.0.0.0", 8))) == Change::kRemoved);
  CHECK(Listing(picture, {Added("10.1.0.0", 16, "10.0.0.1")}) == "");
  CHECK(picture.Routes() == 1);
}

TEST_CASE("routes that went and came without a word are told by the next listing, once") {
  RoutePicture picture;
  Listing(picture, {Added("10.0.0.0", 8), Added("10.1.0.0", 16)});
  CHECK(Listing(picture, {Added("10.0.0.0", 8), Added("10.2.0.0", 24)}) == "-16 +24");
  CHECK(Listing(picture, {Added("10.0.0.0", 8), Added("10.2.0.0", 24)}) == "");
  CHECK(picture.Notice(Removed(Added("10.1.0.0", 16))) == std::nullopt);
}

TEST_CASE("a notice that comes while the tables are read is told once, whichever was first") {
  RoutePicture picture;
  Listing(picture, {});
  std::vector<int> told;
  picture.BeginListing();
  picture.List(Added("10.1.0.0", 16));
  CHECK(picture.Notice(Added("10.1.0.0", 16)) == Change::kAdded);
  CHECK(picture.Notice(Added("10.2.0.0", 24)) == Change::kAdded);
  picture.List(Added("10.2.0.0", 24));
  CHECK(picture.Notice(Added("10.3.0.0", 25)) == Change::kAdded);
  picture.EndListing([&](const Route& route, Change) { told.push_back(route.key.length); });
  CHECK(told.empty());
  CHECK(picture.Routes() == 3);
}

TEST_CASE("a route that the kernel lists after the notice that it is gone is not there") {
  for (bool is_whole : {true, false}) {
    RoutePicture picture;
    if (is_whole) Listing(picture, {Added("10.1.0.0", 16), Added("10.3.0.0", 25)});
    picture.BeginListing();
    CHECK(picture.Notice(Removed(Added("10.1.0.0", 16))) == Change::kRemoved);
    CHECK(picture.Notice(Replaced(Added("10.3.0.0", 25, "10.0.0.1"))) == Change::kReplaced);
    CHECK(picture.Notice(Removed(Added("10.2.0.0", 24))) ==
          (is_whole ? std::nullopt : std::optional(Change::kRemoved)));
    CHECK(picture.Notice(Added("10.2.0.0", 24)) == Change::kAdded);
    picture.List(Added("10.1.0.0", 16));
    picture.List(Added("10.2.0.0", 24));
    if (is_whole) picture.List(Added("10.3.0.0", 25));
    int told = 0;
    picture.EndListing([&](const Route&, Change) { told++; });
    CHECK(told == 0);
    CHECK(picture.Routes() == 2);
    CHECK(Listing(picture, {Added("10.2.0.0", 24), Added("10.3.0.0", 25, "10.0.0.1")}) == "");
  }
}

TEST_CASE("a listing that was disturbed takes nothing away") {
  RoutePicture picture;
  Listing(picture, {Added("10.0.0.0", 8)});
  picture.BeginListing();
  picture.List(Added("10.1.0.0", 16));
  picture.AbandonListing();
  CHECK(Listing(picture, {Added("10.0.0.0", 8), Added("10.1.0.0", 16)}) == "+16");
}

TEST_CASE("nexthops of one IPv6 prefix go one by one, those of IPv4 with their route") {
  RoutePicture picture;
  RouteMessage both = Added("2001:db8::", 32, "fe80::1");
  both.nexthops.push_back(Added("2001:db8::", 32, "fe80::2", 3).nexthops[0]);
  Listing(picture, {both});
  CHECK(picture.Notice(Removed(Added("2001:db8::", 32, "fe80::2", 3))) == Change::kRemoved);
  CHECK(Listing(picture, {Added("2001:db8::", 32, "fe80::1")}) == "");
  CHECK(picture.Notice(Replaced(both)) == Change::kReplaced);
  CHECK(Listing(picture, {both}) == "");
  CHECK(picture.Notice(Replaced(Added("2001:db8::", 32, "fe80::9"))) == Change::kReplaced);
  CHECK(Listing(picture, {Added("2001:db8::", 32, "fe80::9")}) == "");
}

TEST_CASE("beyond its bound there is no picture, every notice is believed, and it comes back when they are fewer") {
  RoutePicture picture(2);
  CHECK(Listing(picture, {Added("10.0.0.0", 8), Added("10.1.0.0", 16), Added("10.2.0.0", 24)}) == "");
  CHECK_FALSE(picture.IsKept());
  CHECK_FALSE(picture.MayFit());
  CHECK(picture.Routes() == 3);
  CHECK(picture.Notice(Removed(Added("10.9.0.0", 17))) == Change::kRemoved);
  CHECK(picture.Notice(Removed(Added("10.1.0.0", 16))) == Change::kRemoved);
  CHECK(picture.MayFit());
  CHECK(Listing(picture, {Added("10.0.0.0", 8)}) == "");
  CHECK(picture.IsKept());
  CHECK(picture.Notice(Added("10.1.0.0", 16)) == Change::kAdded);
  CHECK(picture.Notice(Added("10.2.0.0", 24)) == Change::kAdded);
  CHECK_FALSE(picture.IsKept());
}

TEST_CASE("changes are counted by family, table and protocol, those beyond the bound together") {
  ChangeCounts known;
  known.Know(Route(Added("10.0.0.0", 8)));
  CHECK(known.Read().at(0).second.of[0] == 0);
  known.Count(Route(Added("10.0.0.0", 8)), Change::kAdded);
  known.Count(Route(Added("10.0.0.0", 8)), Change::kRemoved);
  known.Count(Route(Added("2001:db8::", 32)), Change::kReplaced);
  auto counts = known.Read();
  REQUIRE(counts.size() == 2);
  CHECK(counts[0].first == ChangeGroup{AF_INET, RTPROT_BIRD, RT_TABLE_MAIN});
  CHECK(counts[0].second.of[0] == 1);
  CHECK(counts[0].second.of[2] == 1);
  CHECK(counts[1].second.of[1] == 1);
  RouteMessage message = Added("10.0.0.0", 8);
  for (uint32_t table = 1000; table < 1000 + ChangeCounts::kMostGroups; table++) {
    message.table = table;
    known.Count(Route(message), Change::kAdded);
  }
  counts = known.Read();
  CHECK(counts.size() == ChangeCounts::kMostGroups + 1);
  CHECK(counts.at(0).first == ChangeGroup{AF_INET, 0, 0});
  CHECK(counts.at(0).second.of[0] == 2);
}

TEST_CASE("the last changes are kept, newest first, and no more than there is room for") {
  ChangeLog log;
  CHECK(log.Newest(10).empty());
  for (uint64_t number = 1; number <= ChangeLog::kMostKept + 3; number++) {
    log.Enter(Entry(Added("10.0.0.0", 8), Change::kAdded, static_cast<int64_t>(number)));
  }
  CHECK(log.Newest(10000).size() == ChangeLog::kMostKept);
  auto newest = log.Newest(2);
  REQUIRE(newest.size() == 2);
  CHECK(newest[0].unix_ms == ChangeLog::kMostKept + 3);
  CHECK(newest[1].unix_ms == ChangeLog::kMostKept + 2);
}

TEST_CASE("the cause is the longest removed prefix that covered the destination in its table") {
  ChangeLog log;
  CHECK(CauseOf(log, "198.51.100.7") == -1);
  log.Enter(Entry(Added("0.0.0.0", 0), Change::kRemoved, 10));
  log.Enter(Entry(Added("198.51.100.0", 24), Change::kRemoved, 11));
  log.Enter(Entry(Added("198.51.0.0", 16), Change::kRemoved, 12));
  log.Enter(Entry(Added("198.51.101.0", 24), Change::kRemoved, 13));
  log.Enter(Entry(Added("198.51.100.7", 32), Change::kAdded, 14));
  CHECK(CauseOf(log, "198.51.100.7") == 24);
  CHECK(CauseOf(log, "203.0.113.1") == 0);
  CHECK(CauseOf(log, "2001:db8::1") == -1);
  CHECK(CauseOf(log, "198.51.100.7", 100) == -1);
  CHECK(CauseOf(log, "198.51.100.7", 0) == 24);
  CHECK(CauseOf(log, "198.51.100.7", RT_TABLE_LOCAL) == 24);
  CHECK_FALSE(log.Cause({kNetns + 1, AF_INET, Address("198.51.100.7"), RT_TABLE_MAIN, 0}));
}

TEST_CASE("a removed route that came back is a cause only of failures from when it was gone") {
  ChangeLog log;
  log.Enter(Entry(Added("198.51.100.0", 24), Change::kRemoved, 10));
  CHECK(CauseOf(log, "198.51.100.7", RT_TABLE_MAIN, 99) == 24);
  log.Enter(Entry(Added("198.51.100.0", 24, "10.0.0.9"), Change::kAdded, 20));
  CHECK(CauseOf(log, "198.51.100.7", RT_TABLE_MAIN, 99) == -1);
  CHECK(CauseOf(log, "198.51.100.7", RT_TABLE_MAIN, 9) == 24);
  log.Enter(Entry(Added("198.51.100.0", 24, "10.0.0.9"), Change::kRemoved, 30));
  auto cause = log.Cause({kNetns, AF_INET, Address("198.51.100.7"), RT_TABLE_MAIN, 99});
  REQUIRE(cause);
  CHECK(cause->unix_ms == 30);
}

TEST_CASE("a blackhole that was taken away is no cause") {
  ChangeLog log;
  RouteMessage blackhole = Added("198.51.100.0", 24);
  blackhole.type = RTN_BLACKHOLE;
  log.Enter(Entry(blackhole, Change::kRemoved, 10));
  CHECK(CauseOf(log, "198.51.100.7") == -1);
}
