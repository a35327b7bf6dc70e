// SPDX-License-Identifier: BSD-2-Clause
#include <doctest/doctest.h>

#include <cstring>

#include "../../bpf/kinds/tunnel/event.h"
#include "../../native/lines/kind_ops.h"
#include "samples.h"

using namespace tablesnoop;

namespace {

ts_tunnel_event SampleVxlan(uint8_t code, uint8_t error) {
  ts_tunnel_event vxlan = {};
  SetHead(vxlan.head, TS_KIND_tunnel);
  vxlan.head.family = TS_NO_FAMILY;
  vxlan.head.code = code;
  vxlan.head.error = error;
  SetName(vxlan.head.device, "vx0");
  const uint8_t mac[] = {0x52, 0x54, 0x00, 0x12, 0xab, 0x0f};
  memcpy(vxlan.mac, mac, sizeof(mac));
  vxlan.vni = 16777215;
  return vxlan;
}

Vocabulary Words() {
  Vocabulary words = SampleVocabulary();
  words.SetResult(TS_KIND_tunnel, 0, TS_TUNNEL_FOUND, "found");
  words.SetResult(TS_KIND_tunnel, 0, TS_TUNNEL_DEFAULT, "default");
  words.SetResult(TS_KIND_tunnel, 113, TS_TUNNEL_MISSED, "missed");
  return words;
}

std::string Line(const ts_tunnel_event& vxlan, uint8_t verbose) { return TextOf(vxlan, verbose, false, Words()); }

}  // namespace

TEST_CASE("tunnel: the line says what the table had, or ends in a blank") {
  const std::string head = "vxlan: mac: 52:54:00:12:ab:0f vni: 16777215 dev: vx0 ";
  CHECK(Line(SampleVxlan(TS_TUNNEL_FOUND, 0), 0) == head + "--> found\n");
  CHECK(Line(SampleVxlan(TS_TUNNEL_DEFAULT, 0), 0) == head + "--> default\n");
  CHECK(Line(SampleVxlan(TS_TUNNEL_MISSED, 113), 0) == head + "\n");
  CHECK(Line(SampleVxlan(TS_TUNNEL_MISSED, 113), TextStyle::kDetails) == "netns: 4097 " + head + "result: missed\n");
}

TEST_CASE("tunnel: the object has every key, and no family") {
  std::string line;
  AppendJson(line, ViewOf(SampleVxlan(TS_TUNNEL_MISSED, 113)), Words(), SampleNames(), 0);
  CHECK(line == R"({"time":"2026-01-02T03:04:05.678901Z","kind":"tunnel","family":null,)"
                R"("netns":{"cookie":"4097","inode":4026532000,"name":"blue"},)"
                R"("mac":"52:54:00:12:ab:0f","vni":16777215,"device":"vx0","result":"missed","errno":113})");
}
