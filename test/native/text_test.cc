// SPDX-License-Identifier: BSD-2-Clause
#include "../../native/lines/text.h"

#include <doctest/doctest.h>

#include <cerrno>

#include "../../bpf/kinds/netfilter/event.h"
#include "samples.h"

using namespace tablesnoop;

namespace {

constexpr uint8_t kPlain = 0;
constexpr uint8_t kFlow = TextStyle::kFlow;
constexpr uint8_t kDetails = TextStyle::kDetails;

void MakeIpv6(ts_event& head, ts_flow& flow) {
  head.family = TS_IPV6;
  SetAddress(flow.src, "::");
  SetAddress(flow.dst, "fd00:2::2");
  flow.flowlabel = 0xdbef2;
}

ts_route_event FailedRoute() {
  ts_route_event route = SampleRoute();
  route.head.error = EAGAIN;
  route.head.code = 0;
  route.flags = 0;
  SetName(route.head.device, "");
  return route;
}

// What `pref 90 to 10.7.2.0/24 lookup 190` gives where table 190 holds a prohibit route.
ts_rule_event RuleToProhibit() {
  ts_rule_event rule = SampleRule();
  rule.head.error = EACCES;
  rule.priority = 90;
  rule.table = 190;
  SetAddress(rule.to, "10.7.2.0");
  rule.to_length = 24;
  return rule;
}

}  // namespace

TEST_CASE("text: a found route") {
  ts_route_event route = SampleRoute();
  CHECK(TextOf(route, kPlain) == "v4: src: 10.0.1.2  dst: 10.0.2.2 --> gw: 10.0.1.1 egress: eth0\n");
  CHECK(TextOf(route, kFlow) ==
        "netns: 4097 iif: lo oif: - table id: 254 dscp: 0 "
        "v4: src: 10.0.1.2  dst: 10.0.2.2 --> gw: 10.0.1.1 egress: eth0\n");
  CHECK(TextOf(route, kDetails) ==
        "netns: 4097 iif: lo oif: - table id: 254 dscp: 0 "
        "v4: src: 10.0.1.2  dst: 10.0.2.2 --> gw: 10.0.1.1 egress: eth0 result: found\n");
}

TEST_CASE("text: the prefix is said with the details") {
  ts_route_event route = SampleRoute();
  route.flags |= TS_HAS_PREFIX;
  route.prefix_length = 24;
  SetAddress(route.prefix, "10.0.2.0");
  CHECK(TextOf(route, kFlow).find("prefix") == std::string::npos);
  std::string line = TextOf(route, kDetails);
  CHECK(line.substr(line.find("egress")) == "egress: eth0 result: found prefix: 10.0.2.0/24\n");
}

TEST_CASE("text: what of netfilter asked is said with the details") {
  ts_route_event route = SampleRoute();
  route.by = TS_BY(TS_ASKED_BY_NFT_FIB, TS_HOOK_PREROUTING);
  CHECK(TextOf(route, kFlow).find("by: ") == std::string::npos);
  CHECK(TextOf(route, kDetails).ends_with(" result: found by: nft fib prerouting\n"));
  route.by = TS_BY(TS_ASKED_BY_REROUTING, TS_NO_HOOK);
  CHECK(TextOf(route, kDetails).ends_with(" result: found by: rerouting\n"));
}

TEST_CASE("text: a route without a gateway") {
  ts_route_event route = SampleRoute();
  route.flags = 0;
  CHECK(TextOf(route, kPlain) == "v4: src: 10.0.1.2  dst: 10.0.2.2 --> gw:  egress: eth0\n");
  MakeIpv6(route.head, route.flow);
  CHECK(TextOf(route, kPlain) == "v6: src: ::  dst: fd00:2::2 --> gw: :: egress: eth0\n");
}

TEST_CASE("text: an IPv4 route by an IPv6 gateway") {
  ts_route_event route = SampleRoute();
  route.gateway_family = TS_IPV6;
  SetAddress(route.gateway, "fe80::1");
  CHECK(TextOf(route, kPlain) == "v4: src: 10.0.1.2  dst: 10.0.2.2 --> gw: fe80::1 egress: eth0\n");
}

TEST_CASE("text: of several nexthops, not known which") {
  ts_route_event route = SampleRoute();
  route.flags = TS_MULTIPATH;
  SetName(route.head.device, "multipath");
  CHECK(TextOf(route, kPlain) == "v4: src: 10.0.1.2  dst: 10.0.2.2 --> gw:  egress: multipath\n");
}

TEST_CASE("text: IPv6 tells its flow label in hexadecimal") {
  ts_route_event route = SampleRoute();
  MakeIpv6(route.head, route.flow);
  route.gateway_family = TS_IPV6;
  SetAddress(route.gateway, "fd00:1::1");
  SetName(route.flow.iif, "r1-h13");
  route.flow.dscp = 46;
  CHECK(TextOf(route, kFlow) ==
        "netns: 4097 iif: r1-h13 oif: - table id: 254 dscp: 46 flowlabel: dbef2 "
        "v6: src: ::  dst: fd00:2::2 --> gw: fd00:1::1 egress: eth0\n");
}

TEST_CASE("text: a failed route ends in a blank, and its result is said with the details") {
  ts_route_event route = FailedRoute();
  route.head.netns = TS_NETNS_UNKNOWN;
  CHECK(TextOf(route, kPlain) == "v4: src: 10.0.1.2  dst: 10.0.2.2 \n");
  CHECK(TextOf(route, kFlow) == "netns: ? iif: lo oif: - table id: 254 dscp: 0 v4: src: 10.0.1.2  dst: 10.0.2.2 \n");
  CHECK(TextOf(route, kDetails) ==
        "netns: ? iif: lo oif: - table id: 254 dscp: 0 v4: src: 10.0.1.2  dst: 10.0.2.2 result: no_route\n");
}

TEST_CASE("text: a rule that led to a route") {
  ts_rule_event rule = SampleRule();
  CHECK(TextOf(rule, kPlain) == "rule4: src: 10.0.1.2  dst: 10.0.2.2 --> pref: 32766 table: 254\n");
  SetAddress(rule.from, "10.0.1.0");
  rule.from_length = 24;
  CHECK(TextOf(rule, kFlow) ==
        "netns: 4097 iif: lo oif: - dscp: 0 "
        "rule4: src: 10.0.1.2  dst: 10.0.2.2 --> pref: 32766 table: 254 from 10.0.1.0/24\n");
  CHECK(TextOf(rule, kDetails) ==
        "netns: 4097 iif: lo oif: - dscp: 0 "
        "rule4: src: 10.0.1.2  dst: 10.0.2.2 --> pref: 32766 table: 254 from 10.0.1.0/24 result: found\n");
}

TEST_CASE("text: a rule that rejects says its action") {
  ts_rule_event rule = SampleRule();
  rule.head.error = EACCES;
  rule.head.code = 8;
  rule.priority = 101;
  rule.table = 0;
  CHECK(TextOf(rule, kPlain) == "rule4: src: 10.0.1.2  dst: 10.0.2.2 pref: 101 action: prohibit\n");
  std::string line = TextOf(rule, kDetails);
  CHECK(line.substr(line.find("pref")) == "pref: 101 action: prohibit result: prohibit\n");
}

TEST_CASE("text: a rule that led to a route that rejects says its table, and the result apart") {
  ts_rule_event rule = RuleToProhibit();
  CHECK(TextOf(rule, kPlain) == "rule4: src: 10.0.1.2  dst: 10.0.2.2 pref: 90 table: 190 result: prohibit\n");
  std::string line = TextOf(rule, kFlow);
  CHECK(line.substr(line.find("pref")) == "pref: 90 table: 190 to 10.7.2.0/24 result: prohibit\n");
  line = TextOf(rule, kDetails);
  CHECK(line.substr(line.find("pref")) == "pref: 90 table: 190 to 10.7.2.0/24 result: prohibit\n");
}

TEST_CASE("text: no rule gave a route") {
  ts_rule_event rule = SampleRule();
  rule.head.error = EAGAIN;
  rule.head.code = 0;
  CHECK(TextOf(rule, kPlain) == "rule4: src: 10.0.1.2  dst: 10.0.2.2 \n");
  MakeIpv6(rule.head, rule.flow);
  CHECK(TextOf(rule, kPlain) == "rule6: src: ::  dst: fd00:2::2 \n");
  std::string line = TextOf(rule, kDetails);
  CHECK(line.substr(line.find("rule6")) == "rule6: src: ::  dst: fd00:2::2 result: no_route\n");
}

TEST_CASE("text: every selector of a rule in the words of ip rule") {
  ts_rule_event rule = SampleRule();
  SetAddress(rule.from, "10.0.0.0");
  rule.from_length = 8;
  SetAddress(rule.to, "10.1.0.0");
  rule.to_length = 16;
  SetName(rule.iif, "eth1");
  SetName(rule.oif, "eth2");
  rule.mark = 0x10;
  rule.mark_mask = 0xff;
  rule.tos = 0x20;
  rule.l3mdev = 1;
  rule.uid_first = 1000;
  rule.uid_last = 2000;
  std::string line = TextOf(rule, kFlow);
  CHECK(line.substr(line.find("table: 254")) ==
        "table: 254 from 10.0.0.0/8 to 10.1.0.0/16 iif eth1 oif eth2 fwmark 0x10/0xff tos 0x20 l3mdev "
        "uidrange 1000-2000\n");
  rule.mark_mask = 0xffffffff;
  CHECK(TextOf(rule, kFlow).find("fwmark 0x10 tos") != std::string::npos);
}

TEST_CASE("text: colour is around the whole line, and tells found from failed") {
  ts_route_event route = SampleRoute();
  CHECK(TextOf(route, kPlain, true) ==
        "\x1b[32mv4: src: 10.0.1.2  dst: 10.0.2.2 --> gw: 10.0.1.1 egress: eth0\x1b[0m\n");
  CHECK(TextOf(FailedRoute(), kDetails, true).substr(0, 5) == "\x1b[31m");
  std::string line = TextOf(FailedRoute(), kDetails, true);
  CHECK(line.substr(line.find("result")) == "result: no_route\x1b[0m\n");
}

TEST_CASE("text: no name breaks the line or reaches the terminal as it is") {
  const std::string evil = "\x1b[2J\n\x9b\xc2\x9b";
  ts_route_event route = SampleRoute();
  ts_rule_event rule = SampleRule();
  for (char(*name)[16] : {&route.flow.iif, &route.flow.oif, &route.head.device}) SetName(*name, evil);
  for (char(*name)[16] : {&rule.flow.iif, &rule.flow.oif, &rule.iif, &rule.oif}) SetName(*name, evil);
  const std::string spelled = "\\x1b[2J\\x0a\\x9b\\xc2\\x9b";
  CHECK(TextOf(route, kFlow) ==
        "netns: 4097 iif: " + spelled + " oif: " + spelled +
            " table id: 254 dscp: 0 v4: src: 10.0.1.2  dst: 10.0.2.2 --> gw: 10.0.1.1 egress: " + spelled + "\n");
  CHECK(TextOf(rule, kFlow) == "netns: 4097 iif: " + spelled + " oif: " + spelled +
                                   " dscp: 0 rule4: src: 10.0.1.2  dst: 10.0.2.2 --> pref: 32766 table: 254 iif " +
                                   spelled + " oif " + spelled + "\n");
}

TEST_CASE("text: a resolved neighbour") {
  ts_neighbour_event neighbour = SampleNeighbour();
  CHECK(TextOf(neighbour, kPlain) == "neigh4: dst: 10.0.0.2 dev: eth0 --> lladdr: 52:54:00:12:34:56\n");
  CHECK(TextOf(neighbour, kFlow) == "netns: 4097 neigh4: dst: 10.0.0.2 dev: eth0 --> lladdr: 52:54:00:12:34:56\n");
  CHECK(TextOf(neighbour, kDetails) ==
        "netns: 4097 neigh4: dst: 10.0.0.2 dev: eth0 --> lladdr: 52:54:00:12:34:56 result: found probes: 2\n");
}

TEST_CASE("text: a neighbour that failed has no arrow and ends in a blank") {
  ts_neighbour_event neighbour = SampleFailedNeighbour();
  neighbour.head.family = TS_IPV6;
  SetAddress(neighbour.dst, "fd00::2");
  CHECK(TextOf(neighbour, kPlain) == "neigh6: dst: fd00::2 dev: eth0 \n");
  CHECK(TextOf(neighbour, kDetails) == "netns: 4097 neigh6: dst: fd00::2 dev: eth0 result: no_route\n");
}

TEST_CASE("text: a neighbour's address has as many bytes as there is room for, whatever its length says") {
  ts_neighbour_event neighbour = SampleNeighbour();
  neighbour.lladdr_length = 255;
  std::string line = TextOf(neighbour, kPlain);
  CHECK(line.size() == std::string("neigh4: dst: 10.0.0.2 dev: eth0 --> lladdr: ").size() + 3 * TS_LLADDR_BYTES);
}
