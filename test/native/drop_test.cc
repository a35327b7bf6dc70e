// SPDX-License-Identifier: BSD-2-Clause
// The lines of a drop.
#include <doctest/doctest.h>

#include "../../bpf/kinds/drop/event.h"
#include "samples.h"

using namespace tablesnoop;

namespace {

ts_drop_event SampleDrop() {
  ts_drop_event drop = {};
  SetHead(drop.head, TS_KIND_drop);
  drop.head.error = TS_ANY_RESULT;
  drop.head.code = 1;
  SetAddress(drop.src, "10.0.1.2");
  SetAddress(drop.dst, "10.0.2.2");
  SetName(drop.head.device, "eth0");
  drop.protocol = 17;
  return drop;
}

}  // namespace

TEST_CASE("text: a drop") {
  ts_drop_event drop = SampleDrop();
  CHECK(TextOf(drop, 0) == "drop4: src: 10.0.1.2  dst: 10.0.2.2 dev: eth0 reason: neigh_failed\n");
  CHECK(TextOf(drop, TextStyle::kFlow) ==
        "netns: 4097 drop4: src: 10.0.1.2  dst: 10.0.2.2 dev: eth0 reason: neigh_failed\n");
  CHECK(TextOf(drop, TextStyle::kDetails) ==
        "netns: 4097 drop4: src: 10.0.1.2  dst: 10.0.2.2 dev: eth0 reason: neigh_failed result: no_route proto: 17\n");
  CHECK(TextOf(drop, 0, true) == "\x1b[31mdrop4: src: 10.0.1.2  dst: 10.0.2.2 dev: eth0 reason: neigh_failed\x1b[0m\n");
}

TEST_CASE("text: a drop of which little is known") {
  ts_drop_event drop = SampleDrop();
  drop.head.family = TS_IPV6;
  drop.head.netns = TS_NETNS_UNKNOWN;
  drop.head.code = 200;
  SetAddress(drop.src, "::");
  SetAddress(drop.dst, "fd00:2::2");
  SetName(drop.head.device, "");
  CHECK(TextOf(drop, TextStyle::kFlow) == "netns: ? drop6: src: ::  dst: fd00:2::2 dev: - reason: -\n");
}

TEST_CASE("json: a drop") {
  CHECK(JsonOf(SampleDrop()) ==
        R"({"time":"2026-01-02T03:04:05.678901Z","kind":"drop","family":"ipv4",)"
        R"("netns":{"cookie":"4097","inode":4026532000,"name":"blue"},"src":"10.0.1.2","dst":"10.0.2.2",)"
        R"("device":"eth0","reason":"neigh_failed","proto":17,"result":"no_route"})");
}
