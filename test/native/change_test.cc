// SPDX-License-Identifier: BSD-2-Clause
#include <doctest/doctest.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstring>
#include <optional>

#include "../../bpf/kinds/change/event.h"
#include "../../native/kinds/change/conversion.h"
#include "../../native/lines/kind_ops.h"
#include "samples.h"

using namespace tablesnoop;

namespace {

constexpr uint8_t kPlain = 0;
constexpr uint8_t kFlow = TextStyle::kFlow;
constexpr uint8_t kDetails = TextStyle::kDetails;

ts_change_event Removed() {
  ts_change_event change = {};
  SetHead(change.head, TS_KIND_change);
  change.head.code = TS_ROUTE_REMOVED;
  SetName(change.head.device, "eth0");
  SetAddress(change.dst, "198.51.100.0");
  SetAddress(change.gateway, "10.90.2.2");
  change.gateway_family = TS_IPV4;
  change.length = 24;
  change.table = 254;
  change.metric = 32;
  change.nexthops = 2;
  change.protocol = 1;
  change.type = 1;
  return change;
}

// Of IPv6, without a nexthop, by a protocol without a name.
ts_change_event Blackhole() {
  ts_change_event change = Removed();
  change.head.family = TS_IPV6;
  change.head.code = TS_ROUTE_ADDED;
  SetName(change.head.device, "");
  SetAddress(change.dst, "::");
  change.length = 0;
  change.gateway_family = TS_NO_FAMILY;
  change.table = 1001;
  change.nexthops = 1;
  change.protocol = 77;
  change.type = 6;
  return change;
}

Vocabulary Words() {
  Vocabulary words = SampleVocabulary();
  words.codes[TS_KIND_change] = {"", "bird"};
  words.SetResult(TS_KIND_change, 0, TS_ROUTE_ADDED, "added");
  words.SetResult(TS_KIND_change, 0, TS_ROUTE_REMOVED, "removed");
  return words;
}

std::string Line(const ts_change_event& change, uint8_t verbose) { return TextOf(change, verbose, false, Words()); }

std::string Object(const ts_change_event& change) { return JsonOf(change, 0, Words()); }

}  // namespace

TEST_CASE("change: the line says prefix, table, way, protocol and what became of the route") {
  CHECK(Line(Removed(), kPlain) ==
        "change4: dst: 198.51.100.0/24 table: 254 via: 10.90.2.2 dev: eth0 protocol: bird --> removed\n");
  CHECK(Line(Blackhole(), kPlain) == "change6: dst: ::/0 table: 1001 protocol: 77 --> added\n");
}

TEST_CASE("change: the namespace comes first with -v, metric and nexthops last with -vv") {
  CHECK(Line(Blackhole(), kFlow) == "netns: 4097 change6: dst: ::/0 table: 1001 protocol: 77 --> added\n");
  CHECK(Line(Removed(), kDetails) ==
        "netns: 4097 change4: dst: 198.51.100.0/24 table: 254 via: 10.90.2.2 dev: eth0 protocol: bird --> removed "
        "result: removed metric: 32 nexthops: 2\n");
}

TEST_CASE("change: the object has every key, null where there is nothing") {
  const std::string netns = R"("netns":{"cookie":"4097","inode":4026532000,"name":"blue"},)";
  CHECK(Object(Removed()) ==
        R"({"time":"2026-01-02T03:04:05.678901Z","kind":"change","family":"ipv4",)" + netns +
            R"("prefix":"198.51.100.0/24","table":{"id":254,"name":"main"},"via":"10.90.2.2","device":"eth0",)"
            R"("nexthops":2,"protocol":"bird","type":"unicast","metric":32,"change":"removed"})");
  CHECK(Object(Blackhole()) == R"({"time":"2026-01-02T03:04:05.678901Z","kind":"change","family":"ipv6",)" + netns +
                                   R"("prefix":"::/0","table":{"id":1001,"name":"vrf-red"},"via":null,"device":null,)"
                                   R"("nexthops":1,"protocol":"77","type":"blackhole","metric":32,"change":"added"})");
}

TEST_CASE("what the kernel's event tells of a change, the log of changes has, and back") {
  ts_change_event told = Removed();
  std::optional<RouteChange> change = ChangeOf(told, 1000000000);
  REQUIRE(change);
  CHECK(change->netns == told.head.netns);
  CHECK(change->unix_ms == static_cast<int64_t>(kSampleTime / 1000000 + 1000));
  CHECK(change->change == Change::kRemoved);
  CHECK_FALSE(change->is_found);
  CHECK(change->device == "eth0");
  CHECK(change->route.nexthop.gateway_family == AF_INET);
  ts_change_event again = EventOf(*change);
  // Whose these are, only the event knows.
  again.head.time = told.head.time;
  again.head.inode = told.head.inode;
  again.head.listeners = told.head.listeners;
  CHECK(memcmp(&again, &told, sizeof(told)) == 0);
  change = ChangeOf(Blackhole(), 0);
  REQUIRE(change);
  CHECK(change->route.nexthop.gateway_family == 0);
  CHECK(change->route.key.family == AF_INET6);
  CHECK(change->device.empty());
}

TEST_CASE("an event of no family or of no change known is none, and no prefix is longer than its address") {
  ts_change_event odd = Removed();
  odd.head.family = TS_NO_FAMILY;
  CHECK_FALSE(ChangeOf(odd, 0));
  odd = Removed();
  odd.head.code = 9;
  CHECK_FALSE(ChangeOf(odd, 0));
  odd = Removed();
  odd.length = 200;
  std::optional<RouteChange> change = ChangeOf(odd, 0);
  REQUIRE(change);
  CHECK(change->route.key.length == 32);
}
