// SPDX-License-Identifier: BSD-2-Clause
#include <doctest/doctest.h>

#include <cstdint>

#include "../../bpf/kinds/fdb/event.h"
#include "../../native/lines/kind_ops.h"
#include "samples.h"

using namespace tablesnoop;

namespace {

constexpr uint8_t kPlain = 0;
constexpr uint8_t kFlow = TextStyle::kFlow;
constexpr uint8_t kDetails = TextStyle::kDetails;

// Seen at another port, in a bridge that tells VLANs apart.
ts_fdb_event SampleFdb() {
  ts_fdb_event fdb = {};
  SetHead(fdb.head, TS_KIND_fdb);
  fdb.head.family = TS_NO_FAMILY;
  fdb.head.code = TS_FDB_MOVED;
  SetName(fdb.head.device, "br0");
  const uint8_t mac[] = {0x52, 0x54, 0x00, 0x12, 0xab, 0x0f};
  memcpy(fdb.mac, mac, sizeof(mac));
  fdb.vlan = 10;
  SetName(fdb.port, "eth1");
  SetName(fdb.from, "eth0");
  return fdb;
}

ts_fdb_event Learned() {
  ts_fdb_event fdb = SampleFdb();
  fdb.head.code = TS_FDB_LEARNED;
  fdb.vlan = 0;
  SetName(fdb.from, "");
  return fdb;
}

ts_fdb_event Removed() {
  ts_fdb_event fdb = SampleFdb();
  fdb.head.code = TS_FDB_REMOVED;
  SetName(fdb.port, "");
  return fdb;
}

Vocabulary Words() {
  Vocabulary words = SampleVocabulary();
  words.SetResult(TS_KIND_fdb, 0, TS_FDB_LEARNED, "learned");
  words.SetResult(TS_KIND_fdb, 0, TS_FDB_MOVED, "moved");
  words.SetResult(TS_KIND_fdb, 0, TS_FDB_REMOVED, "removed");
  return words;
}

std::string Line(const ts_fdb_event& fdb, uint8_t verbose) { return TextOf(fdb, verbose, false, Words()); }

std::string Object(const ts_fdb_event& fdb) { return JsonOf(fdb, 0, Words()); }

}  // namespace

TEST_CASE("fdb: the line of a station that is learned, moved, removed") {
  CHECK(Line(Learned(), kPlain) == "fdb: mac: 52:54:00:12:ab:0f bridge: br0 learned --> port: eth1\n");
  CHECK(Line(SampleFdb(), kPlain) ==
        "fdb: mac: 52:54:00:12:ab:0f vlan: 10 bridge: br0 moved from: eth0 --> port: eth1\n");
  CHECK(Line(Removed(), kPlain) == "fdb: mac: 52:54:00:12:ab:0f vlan: 10 bridge: br0 removed from: eth0\n");
}

TEST_CASE("fdb: a port that is not known any more is said to be so") {
  ts_fdb_event fdb = SampleFdb();
  SetName(fdb.from, "");
  CHECK(Line(fdb, kPlain) == "fdb: mac: 52:54:00:12:ab:0f vlan: 10 bridge: br0 moved from: ? --> port: eth1\n");
}

TEST_CASE("fdb: the namespace comes first with -v, the result last with -vv") {
  CHECK(Line(Removed(), kFlow) == "netns: 4097 fdb: mac: 52:54:00:12:ab:0f vlan: 10 bridge: br0 removed from: eth0\n");
  CHECK(Line(Learned(), kDetails) ==
        "netns: 4097 fdb: mac: 52:54:00:12:ab:0f bridge: br0 learned --> port: eth1 result: learned\n");
}

TEST_CASE("fdb: the object has every key, and no family") {
  const std::string head =
      R"({"time":"2026-01-02T03:04:05.678901Z","kind":"fdb","family":null,)"
      R"("netns":{"cookie":"4097","inode":4026532000,"name":"blue"},"bridge":"br0","mac":"52:54:00:12:ab:0f",)";
  CHECK(Object(SampleFdb()) == head + R"("vlan":10,"change":"moved","port":"eth1","from":"eth0","errno":0})");
  CHECK(Object(Learned()) == head + R"("vlan":null,"change":"learned","port":"eth1","from":null,"errno":0})");
  CHECK(Object(Removed()) == head + R"("vlan":10,"change":"removed","port":null,"from":"eth0","errno":0})");
}

TEST_CASE("fdb: names of bridge and ports are spelled as everywhere") {
  ts_fdb_event fdb = SampleFdb();
  SetName(fdb.head.device, "br\x1b[2J");
  SetName(fdb.port, "\xff");
  SetName(fdb.from, "a\\x5cb");
  CHECK(Line(fdb, kPlain) ==
        "fdb: mac: 52:54:00:12:ab:0f vlan: 10 bridge: br\\x1b[2J moved from: a\\x5cx5cb --> port: \\xff\n");
}

TEST_CASE("fdb: an event of a family, or one that is too short, is none") {
  ts_fdb_event fdb = SampleFdb();
  for (int family = 0; family <= TS_IPV6; family++) {
    fdb.head.family = static_cast<uint8_t>(family);
    CHECK_FALSE(EventView::Of(&fdb, sizeof(fdb)).has_value());
  }
  fdb.head.family = TS_NO_FAMILY;
  CHECK(EventView::Of(&fdb, sizeof(fdb)).has_value());
  CHECK_FALSE(EventView::Of(&fdb, sizeof(fdb) - 1).has_value());
  CHECK(OpsOf(TS_KIND_fdb).event_size == sizeof(fdb));
}
