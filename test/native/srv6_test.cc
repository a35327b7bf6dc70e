// SPDX-License-Identifier: BSD-2-Clause
#include <arpa/inet.h>
#include <doctest/doctest.h>

#include "../../bpf/kinds/srv6/event.h"
#include "../../native/lines/kind_ops.h"
#include "samples.h"

using namespace tablesnoop;

namespace {

ts_srv6_event SamplePacket(uint8_t action, uint8_t error) {
  ts_srv6_event packet = {};
  SetHead(packet.head, TS_KIND_srv6);
  packet.head.family = TS_IPV6;
  packet.head.code = action;
  packet.head.error = error;
  SetName(packet.head.device, "eth0");
  inet_pton(AF_INET6, "fd00::1", packet.src);
  inet_pton(AF_INET6, "fc00:1::d4", packet.dst);
  return packet;
}

Vocabulary Words() {
  Vocabulary words = SampleVocabulary();
  words.SetResult(TS_KIND_srv6, 0, 1, "processed");
  words.SetResult(TS_KIND_srv6, 22, 6, "dropped");
  return words;
}

}  // namespace

TEST_CASE("srv6: the line says what the identifier does, and whether it could") {
  CHECK(TextOf(SamplePacket(1, 0), 0, false, Words()) ==
        "srv6: src: fd00::1 dst: fc00:1::d4 iif: eth0 action: End --> processed\n");
  CHECK(TextOf(SamplePacket(6, 22), 0, false, Words()) ==
        "srv6: src: fd00::1 dst: fc00:1::d4 iif: eth0 action: End.DX4 \n");
  CHECK(TextOf(SamplePacket(6, 22), TextStyle::kDetails, false, Words()) ==
        "netns: 4097 srv6: src: fd00::1 dst: fc00:1::d4 iif: eth0 action: End.DX4 result: dropped\n");
}

TEST_CASE("srv6: the object has every key") {
  CHECK(JsonOf(SamplePacket(6, 22), 0, Words()) ==
        R"({"time":"2026-01-02T03:04:05.678901Z","kind":"srv6","family":"ipv6",)"
        R"("netns":{"cookie":"4097","inode":4026532000,"name":"blue"},"src":"fd00::1","dst":"fc00:1::d4",)"
        R"("iif":"eth0","action":"End.DX4","result":"dropped","errno":22})");
}
