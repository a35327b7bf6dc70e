// SPDX-License-Identifier: BSD-2-Clause
#include <arpa/inet.h>
#include <doctest/doctest.h>

#include "../../bpf/kinds/dst_cache/event.h"
#include "../../native/lines/kind_ops.h"
#include "samples.h"

using namespace tablesnoop;

namespace {

ts_dst_cache_event SampleHit(uint8_t family) {
  ts_dst_cache_event hit = {};
  SetHead(hit.head, TS_KIND_dst_cache);
  hit.head.family = family;
  hit.head.code = TS_DST_CACHE_HIT;
  hit.gateway_family = TS_NO_FAMILY;
  SetName(hit.head.device, "eth1");
  inet_pton(family == TS_IPV6 ? AF_INET6 : AF_INET, family == TS_IPV6 ? "fd00::1" : "10.0.0.1", hit.src);
  return hit;
}

void SetGateway(ts_dst_cache_event& hit, uint8_t family) {
  hit.gateway_family = family;
  inet_pton(family == TS_IPV6 ? AF_INET6 : AF_INET, family == TS_IPV6 ? "fd00::9" : "10.0.0.9", hit.gateway);
}

Vocabulary Words() {
  Vocabulary words = SampleVocabulary();
  words.SetResult(TS_KIND_dst_cache, 0, TS_DST_CACHE_HIT, "hit");
  return words;
}

std::string Line(const ts_dst_cache_event& hit, uint8_t verbose) { return TextOf(hit, verbose, false, Words()); }

}  // namespace

TEST_CASE("dst-cache: the line says the nexthop as that of a route does") {
  ts_dst_cache_event four = SampleHit(TS_IPV4), six = SampleHit(TS_IPV6);
  CHECK(Line(four, 0) == "cache4: src: 10.0.0.1 --> gw:  egress: eth1\n");
  CHECK(Line(six, 0) == "cache6: src: fd00::1 --> gw: :: egress: eth1\n");
  SetGateway(four, TS_IPV4);
  SetGateway(six, TS_IPV6);
  CHECK(Line(four, 0) == "cache4: src: 10.0.0.1 --> gw: 10.0.0.9 egress: eth1\n");
  CHECK(Line(six, 0) == "cache6: src: fd00::1 --> gw: fd00::9 egress: eth1\n");
  SetGateway(four, TS_IPV6);
  CHECK(Line(four, TextStyle::kDetails) ==
        "netns: 4097 cache4: src: 10.0.0.1 --> gw: fd00::9 egress: eth1 result: hit\n");
}

TEST_CASE("dst-cache: the object has every key") {
  ts_dst_cache_event hit = SampleHit(TS_IPV4);
  std::string line;
  AppendJson(line, ViewOf(hit), Words(), SampleNames(), 0);
  CHECK(line == R"({"time":"2026-01-02T03:04:05.678901Z","kind":"dst-cache","family":"ipv4",)"
                R"("netns":{"cookie":"4097","inode":4026532000,"name":"blue"},)"
                R"("src":"10.0.0.1","gateway":null,"egress":"eth1","result":"hit"})");
}

TEST_CASE("dst-cache: an event without a family, or one that is too short, is none") {
  ts_dst_cache_event hit = SampleHit(TS_IPV4);
  CHECK_FALSE(EventView::Of(&hit, sizeof(hit) - 1).has_value());
  hit.head.family = TS_NO_FAMILY;
  CHECK_FALSE(EventView::Of(&hit, sizeof(hit)).has_value());
}
