// SPDX-License-Identifier: BSD-2-Clause
#include <doctest/doctest.h>

#include "../../bpf/kinds/mpls/event.h"
#include "../../native/lines/kind_ops.h"
#include "samples.h"

using namespace tablesnoop;

namespace {

ts_mpls_event SamplePacket(uint32_t labels) {
  ts_mpls_event mpls = {};
  SetHead(mpls.head, TS_KIND_mpls);
  mpls.head.family = TS_NO_FAMILY;
  SetName(mpls.head.device, "eth1");
  SetName(mpls.iif, "eth0");
  mpls.label = 100;
  mpls.labels = labels;
  for (uint32_t at = 0; at < TS_MPLS_LABELS; at++) mpls.out[at] = at < labels ? 200 + at : 0;
  return mpls;
}

Vocabulary Words() {
  Vocabulary words = SampleVocabulary();
  words.SetResult(TS_KIND_mpls, 0, 0, "found");
  words.SetResult(TS_KIND_mpls, 101, 0, "no_route");
  return words;
}

std::string Line(const ts_mpls_event& mpls, uint8_t verbose) { return TextOf(mpls, verbose, false, Words()); }

std::string Object(const ts_mpls_event& mpls) { return JsonOf(mpls, 0, Words()); }

}  // namespace

TEST_CASE("mpls: the line says the labels it leaves with, if any") {
  CHECK(Line(SamplePacket(2), 0) == "mpls: label: 100 iif: eth0 --> labels: 200/201 egress: eth1\n");
  CHECK(Line(SamplePacket(0), 0) == "mpls: label: 100 iif: eth0 --> labels: - egress: eth1\n");
  CHECK(Line(SamplePacket(9), 0) ==
        "mpls: label: 100 iif: eth0 --> labels: 200/201/202/203/204/205/206/207/... egress: eth1\n");
}

TEST_CASE("mpls: a failed one ends in a blank") {
  ts_mpls_event mpls = SamplePacket(0);
  mpls.head.error = 101;
  CHECK(Line(mpls, 0) == "mpls: label: 100 iif: eth0 \n");
  CHECK(Line(mpls, TextStyle::kDetails) == "netns: 4097 mpls: label: 100 iif: eth0 result: no_route\n");
}

TEST_CASE("mpls: the object has every key, and no family") {
  const std::string head = R"({"time":"2026-01-02T03:04:05.678901Z","kind":"mpls","family":null,)"
                           R"("netns":{"cookie":"4097","inode":4026532000,"name":"blue"},"label":100,"iif":"eth0",)";
  CHECK(Object(SamplePacket(1)) == head + R"("labels":[200],"omitted":0,"egress":"eth1","result":"found","errno":0})");
  CHECK(Object(SamplePacket(9)) ==
        head + R"("labels":[200,201,202,203,204,205,206,207],"omitted":1,"egress":"eth1","result":"found","errno":0})");
}
