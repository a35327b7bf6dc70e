// SPDX-License-Identifier: BSD-2-Clause
#include "../../native/lines/json.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <cstdint>
#include <limits>

#include "../../bpf/kinds/netfilter/event.h"
#include "../../native/lines/json_keys.h"
#include "samples.h"

using namespace tablesnoop;

namespace {

const std::string kHead = R"({"time":"2026-01-02T03:04:05.678901Z","kind":")";
const std::string kNetns = R"(,"netns":{"cookie":"4097","inode":4026532000,"name":"blue"})";
const std::string kFlow =
    R"(,"src":"10.0.1.2","dst":"10.0.2.2","iif":"lo","oif":null,"dscp":0,"flowlabel":null,"mark":0,"proto":0)";

// From this key on.
std::string From(const std::string& json, const std::string& key) { return json.substr(json.find("\"" + key + "\"")); }

}  // namespace

TEST_CASE("json: a found route") {
  CHECK(JsonOf(SampleRoute()) ==
        kHead + R"(route","family":"ipv4")" + kNetns + kFlow +
            R"(,"table":{"id":254,"name":"main"},"result":"found","errno":0,"prefix":null,"gateway":"10.0.1.1",)"
            R"("egress":"eth0","type":"unicast","encap":null,"decision":null,"by":null})");
}

TEST_CASE("json: a failed IPv6 route of a namespace that is not known") {
  ts_route_event route = SampleRoute();
  route.head.family = TS_IPV6;
  route.head.netns = TS_NETNS_UNKNOWN;
  route.head.inode = 0;
  route.head.error = EAGAIN;
  route.head.code = 0;
  route.flags = 0;
  route.table = 1001;
  route.flow.flowlabel = 0xdbef2;
  SetName(route.head.device, "");
  CHECK(From(JsonOf(route), "netns").starts_with(R"("netns":{"cookie":null,"inode":null,"name":null},"src":")"));
  CHECK(From(JsonOf(route), "flowlabel").starts_with(R"("flowlabel":900850,"mark":0)"));
  CHECK(From(JsonOf(route), "table") ==
        R"("table":{"id":1001,"name":null},"result":"no_route","errno":11,"prefix":null,"gateway":null,)"
        R"("egress":null,"type":null,"encap":null,"decision":null,"by":null})");
}

TEST_CASE("json: a route's prefix, a VRF's table, several nexthops") {
  ts_route_event route = SampleRoute();
  route.table = 1001;
  route.flags = TS_HAS_PREFIX | TS_MULTIPATH;
  route.prefix_length = 24;
  SetAddress(route.prefix, "10.0.2.0");
  CHECK(From(JsonOf(route), "table") ==
        R"("table":{"id":1001,"name":"vrf-red"},"result":"found","errno":0,"prefix":"10.0.2.0/24","gateway":null,)"
        R"("egress":"multipath","type":"unicast","encap":null,"decision":null,"by":null})");
}

TEST_CASE("json: a rule that led to a route, with its selectors") {
  ts_rule_event rule = SampleRule();
  SetAddress(rule.from, "10.0.1.0");
  rule.from_length = 24;
  rule.l3mdev = 1;
  CHECK(JsonOf(rule) == kHead + R"(rule","family":"ipv4")" + kNetns + kFlow +
                            R"(,"table":{"id":254,"name":"main"},"result":"found","errno":0,"priority":32766,)"
                            R"("action":"to_table","selectors":{"from":"10.0.1.0/24","l3mdev":true},"decision":null})");
}

TEST_CASE("json: a rule that led to a route that rejects says its table") {
  ts_rule_event rule = SampleRule();
  rule.head.error = EACCES;
  CHECK(From(JsonOf(rule), "table") ==
        R"("table":{"id":254,"name":"main"},"result":"prohibit","errno":13,"priority":32766,"action":"to_table",)"
        R"("selectors":{},"decision":null})");
}

TEST_CASE("json: a rule that rejects by itself, and no rule at all, have no table") {
  ts_rule_event rule = SampleRule();
  rule.table = 0;
  rule.head.error = EACCES;
  rule.head.code = 8;
  CHECK(
      From(JsonOf(rule), "table") ==
      R"("table":null,"result":"prohibit","errno":13,"priority":32766,"action":"prohibit","selectors":{},"decision":null})");
  rule.head.error = EAGAIN;
  rule.head.code = 0;
  CHECK(From(JsonOf(rule), "table") ==
        R"("table":null,"result":"no_route","errno":11,"priority":null,"action":null,"selectors":{},"decision":null})");
}

TEST_CASE("json: names are UTF-8 or spelled, as in text and labels") {
  ts_route_event route = SampleRoute();
  SetName(route.head.device, "é€");
  SetName(route.flow.iif, "a\xff");
  SetName(route.flow.oif, "q\"\\\x1b");
  CHECK(From(JsonOf(route), "iif").starts_with(R"("iif":"a\\xff","oif":"q\"\\\\x1b",)"));
  CHECK(From(JsonOf(route), "egress").starts_with(R"("egress":"é€",)"));
}

TEST_CASE("json: in strings of ours control characters are escaped, and UTF-8 stays") {
  std::string out;
  AppendJsonString(out, "a\"b\\c\n\x1b\x7f\u0080\u009b\u009f\u00a0é€\U0001f600");
  CHECK(out == "\"a\\\"b\\\\c\\u000a\\u001b\\u007f\\u0080\\u009b\\u009f\u00a0é€\U0001f600\"");
  out.clear();
  AppendJsonString(out, "\xc2");
  CHECK(out == "\"\xc2\"");
}

TEST_CASE("json: the clock's offset is added, and no time is too early or late") {
  CHECK(JsonOf(SampleRoute(), 1000000000).starts_with(R"({"time":"2026-01-02T03:04:06.678901Z")"));
  CHECK(JsonOf(SampleRoute(), -678901234).starts_with(R"({"time":"2026-01-02T03:04:05.000000Z")"));
  ts_route_event route = SampleRoute();
  for (uint64_t time : {uint64_t(0), std::numeric_limits<uint64_t>::max()}) {
    for (int64_t offset : {int64_t(0), std::numeric_limits<int64_t>::max(), std::numeric_limits<int64_t>::min()}) {
      route.head.time = time;
      std::string json = JsonOf(route, offset);
      CHECK(json.find("Z\",\"kind\"") == 35);
    }
  }
}

TEST_CASE("json: what of netfilter asked for a route") {
  ts_route_event route = SampleRoute();
  route.by = TS_BY(TS_ASKED_BY_RPFILTER, TS_HOOK_PREROUTING);
  CHECK(From(JsonOf(route), "by") == R"("by":"rpfilter prerouting"})");
  for (int by = 1; by < 256; by++) {
    route.by = static_cast<uint8_t>(by);
    CHECK(From(JsonOf(route), "by").starts_with("\"by\":\""));
  }
}

TEST_CASE("json: codes without a word have none") {
  ts_route_event route = SampleRoute();
  for (int code : {7, 15, 16, 17, 255}) {
    route.head.code = static_cast<uint8_t>(code);
    CHECK(From(JsonOf(route), "type") == R"("type":null,"encap":null,"decision":null,"by":null})");
    CHECK(From(JsonOf(route), "result").starts_with(R"("result":"found")"));
  }
}

TEST_CASE("json: a resolved neighbour, and one that failed") {
  const std::string same = kHead + R"(neighbour","family":"ipv4")" + kNetns + R"(,"dst":"10.0.0.2","device":"eth0",)";
  CHECK(JsonOf(SampleNeighbour()) == same + R"("lladdr":"52:54:00:12:34:56","result":"found","errno":0,"probes":2})");
  CHECK(JsonOf(SampleFailedNeighbour()) == same + R"("lladdr":null,"result":"no_route","errno":113,"probes":null})");
}
