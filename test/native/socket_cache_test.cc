// SPDX-License-Identifier: BSD-2-Clause
#include <arpa/inet.h>
#include <doctest/doctest.h>

#include "../../bpf/kinds/socket_cache/event.h"
#include "../../native/lines/kind_ops.h"
#include "samples.h"

using namespace tablesnoop;

namespace {

ts_socket_cache_event SampleHit() {
  ts_socket_cache_event hit = {};
  SetHead(hit.head, TS_KIND_socket_cache);
  hit.head.family = TS_IPV4;
  hit.head.code = 0;
  hit.gateway_family = TS_NO_FAMILY;
  SetName(hit.head.device, "eth1");
  inet_pton(AF_INET, "10.0.0.2", hit.src);
  inet_pton(AF_INET, "10.0.1.2", hit.dst);
  return hit;
}

Vocabulary Words() {
  Vocabulary words = SampleVocabulary();
  words.SetResult(TS_KIND_socket_cache, 0, 0, "hit");
  return words;
}

}  // namespace

TEST_CASE("socket-cache: the line says the nexthop as that of a route does") {
  ts_socket_cache_event hit = SampleHit();
  CHECK(TextOf(hit, 0, false, Words()) == "socket4: src: 10.0.0.2 dst: 10.0.1.2 --> gw:  egress: eth1\n");
  hit.gateway_family = TS_IPV6;
  inet_pton(AF_INET6, "fd00::9", hit.gateway);
  CHECK(TextOf(hit, TextStyle::kDetails, false, Words()) ==
        "netns: 4097 socket4: src: 10.0.0.2 dst: 10.0.1.2 --> gw: fd00::9 egress: eth1 result: hit\n");
}

TEST_CASE("socket-cache: the object has every key") {
  CHECK(JsonOf(SampleHit(), 0, Words()) ==
        R"({"time":"2026-01-02T03:04:05.678901Z","kind":"socket-cache","family":"ipv4",)"
        R"("netns":{"cookie":"4097","inode":4026532000,"name":"blue"},"src":"10.0.0.2","dst":"10.0.1.2",)"
        R"("gateway":null,"egress":"eth1","result":"hit"})");
}
