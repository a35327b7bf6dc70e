// SPDX-License-Identifier: BSD-2-Clause
#include "../../native/kinds/encap/tunnel.h"

#include <doctest/doctest.h>

#include "samples.h"

using namespace tablesnoop;

namespace {

constexpr uint32_t kCounters = 1 << 10;

ts_encap Tunnel(uint16_t type) {
  ts_encap encap = {};
  encap.type = type;
  return encap;
}

ts_encap Sid(uint8_t action, uint32_t attributes) {
  ts_encap encap = Tunnel(TS_ENCAP_SEG6_LOCAL);
  encap.code = action;
  encap.attributes = attributes;
  return encap;
}

// fc00::1 is the first on the way, and the last in the header.
void SetSegments(ts_encap& encap, int count) {
  encap.items = static_cast<uint8_t>(count);
  int told = count < TS_ENCAP_SEGMENTS ? count : TS_ENCAP_SEGMENTS;
  for (int at = 0; at < told; at++) {
    SetAddress(encap.segments[told - 1 - at], ("fc00::" + std::to_string(at + 1)).c_str());
  }
}

void SetBytes(char (&to)[TS_ENCAP_NAME], const std::string& bytes) { memcpy(to, bytes.data(), bytes.size()); }

std::string Text(const ts_encap& encap) {
  std::string out;
  AppendTunnelText(out, encap);
  return out;
}

std::string Json(const ts_encap& encap) {
  std::string out;
  AppendTunnelJson(out, encap);
  return out;
}

}  // namespace

TEST_CASE("tunnel: segments in the order of the way") {
  ts_encap encap = Tunnel(TS_ENCAP_SEG6);
  SetSegments(encap, 2);
  encap.code = 1;
  CHECK(Text(encap) == " encap seg6 mode encap segs 2 [ fc00::1 fc00::2 ]");
  CHECK(Json(encap) == R"({"type":"seg6","mode":"encap","segs":["fc00::1","fc00::2"]})");
}

TEST_CASE("tunnel: every mode of segment routing has its word") {
  const char* const modes[] = {"inline", "encap", "l2encap", "encap.red", "l2encap.red", "5"};
  ts_encap encap = Tunnel(TS_ENCAP_SEG6);
  SetSegments(encap, 1);
  for (const char* mode : modes) {
    CHECK(Text(encap) == std::string(" encap seg6 mode ") + mode + " segs 1 [ fc00::1 ]");
    encap.code++;
  }
}

TEST_CASE("tunnel: of many segments the first ones, and that there are more") {
  ts_encap encap = Tunnel(TS_ENCAP_SEG6);
  SetSegments(encap, TS_ENCAP_SEGMENTS);
  CHECK(Text(encap).ends_with("segs 8 [ fc00::1 fc00::2 fc00::3 fc00::4 fc00::5 fc00::6 fc00::7 fc00::8 ]"));
  SetSegments(encap, 10);
  CHECK(Text(encap).ends_with("segs 10 [ fc00::1 fc00::2 fc00::3 fc00::4 fc00::5 fc00::6 fc00::7 fc00::8 … ]"));
  CHECK(Json(encap).ends_with(R"("fc00::8"],"omitted":2})"));
}

TEST_CASE("tunnel: what a segment identifier does, and only what it has") {
  ts_encap encap = Sid(6, TS_SID_NH4 | kCounters);
  encap.sid.table = 100;
  SetAddress(encap.sid.nh6, "fd00::1");
  inet_pton(AF_INET, "10.0.0.1", &encap.sid.nh4);
  CHECK(Text(encap) == " encap seg6local action End.DX4 nh4 10.0.0.1");
  CHECK(Json(encap) == R"({"type":"seg6local","action":"End.DX4","nh4":"10.0.0.1"})");
  encap.attributes = TS_SID_NH6 | TS_SID_OIF;
  encap.code = 2;
  SetName(encap.sid.oif, "eth0");
  CHECK(Text(encap) == " encap seg6local action End.X nh6 fd00::1 oif eth0");
  encap.attributes = TS_SID_TABLE;
  encap.code = 7;
  CHECK(Text(encap) == " encap seg6local action End.DT6 table 100");
  CHECK(Json(encap) == R"({"type":"seg6local","action":"End.DT6","table":100})");
  encap.attributes = TS_SID_VRFTABLE;
  encap.sid.vrf_table = 77;
  encap.code = 16;
  CHECK(Text(encap) == " encap seg6local action End.DT46 vrftable 77");
  encap.attributes = 0;
  encap.code = 17;
  CHECK(Text(encap) == " encap seg6local action 17");
}

TEST_CASE("tunnel: flavors of a segment identifier") {
  ts_encap encap = Sid(1, TS_SID_FLAVORS);
  encap.sid.flavors = 1 << 1;
  CHECK(Text(encap) == " encap seg6local action End flavors psp");
  encap.sid.flavors = 1 << 1 | 1 << 4;
  encap.sid.block_bits = 32;
  encap.sid.function_bits = 16;
  CHECK(Text(encap) == " encap seg6local action End flavors psp,next-csid lblen 32 nflen 16");
  CHECK(Json(encap) == R"({"type":"seg6local","action":"End","flavors":["psp","next-csid"],"lblen":32,"nflen":16})");
}

TEST_CASE("tunnel: a segment identifier that puts on a new header, and one that runs a program") {
  ts_encap encap = Sid(10, TS_SID_SRH);
  SetSegments(encap, 2);
  CHECK(Text(encap) == " encap seg6local action End.B6.Encaps segs 2 [ fc00::1 fc00::2 ]");
  encap = Sid(15, TS_SID_BPF);
  SetBytes(encap.sid.program, "prog.o:[end]");
  CHECK(Text(encap) == " encap seg6local action End.BPF endpoint prog.o:[end]");
}

TEST_CASE("tunnel: labels from the outermost on") {
  ts_encap encap = Tunnel(TS_ENCAP_MPLS);
  encap.items = 2;
  encap.labels[0] = 100;
  encap.labels[1] = 200;
  CHECK(Text(encap) == " encap mpls 100/200");
  CHECK(Json(encap) == R"({"type":"mpls","labels":[100,200]})");
  encap.attributes = 1;
  encap.code = 9;
  CHECK(Text(encap) == " encap mpls 100/200 ttl 9");
  CHECK(Json(encap) == R"({"type":"mpls","labels":[100,200],"ttl":9})");
  encap.items = 33;
  CHECK(Text(encap).ends_with("/0/… ttl 9"));
  CHECK(Json(encap).ends_with(R"("omitted":1,"ttl":9})"));
}

TEST_CASE("tunnel: the outer header of IP in IP") {
  ts_encap encap = Tunnel(TS_ENCAP_IP);
  SetAddress(encap.outer.dst, "10.0.0.9");
  CHECK(Text(encap) == " encap ip id 0 src 0.0.0.0 dst 10.0.0.9 ttl 0 tos 0");
  SetAddress(encap.outer.src, "1.2.3.4");
  encap.outer.id = 0xffffffffffffffff;
  encap.outer.ttl = 5;
  encap.outer.tos = 8;
  encap.outer.flags = TS_OUTER_KEY | TS_OUTER_CSUM | TS_OUTER_SEQ;
  CHECK(Text(encap) == " encap ip id 18446744073709551615 src 1.2.3.4 dst 10.0.0.9 ttl 5 tos 8 key csum seq");
  CHECK(Json(encap) == R"({"type":"ip","id":"18446744073709551615","src":"1.2.3.4","dst":"10.0.0.9","ttl":5,"tos":8,)"
                       R"("key":true,"csum":true,"seq":true})");
  encap = Tunnel(TS_ENCAP_IP6);
  SetAddress(encap.outer.src, "fd00::1");
  SetAddress(encap.outer.dst, "fd00::9");
  encap.outer.ttl = 5;
  CHECK(Text(encap) == " encap ip6 id 0 src fd00::1 dst fd00::9 hoplimit 5 tc 0");
}

TEST_CASE("tunnel: programs, whose names may be anything and need not end") {
  ts_encap encap = Tunnel(TS_ENCAP_BPF);
  SetBytes(encap.programs.out, "a.o:[\x1b]");
  SetBytes(encap.programs.xmit, std::string(TS_ENCAP_NAME, 'x'));
  CHECK(Text(encap) == " encap bpf out a.o:[\\x1b] xmit " + std::string(TS_ENCAP_NAME, 'x'));
  CHECK(Json(encap).starts_with(R"({"type":"bpf","out":"a.o:[\\x1b]","xmit":"x)"));
}

TEST_CASE("tunnel: others by their word alone, or their number") {
  CHECK(Text(Tunnel(8)) == " encap rpl");
  CHECK(Text(Tunnel(10)) == " encap xfrm");
  CHECK(Text(Tunnel(11)) == " encap 11");
  CHECK(Text(Tunnel(0)) == " encap 0");
  CHECK(Json(Tunnel(9)) == R"({"type":"ioam6"})");
}

TEST_CASE("tunnel: the route's line names it with the details, and its object always") {
  ts_encapped_route_event event = SampleEncappedRoute(TS_ENCAP_SEG6);
  SetSegments(event.encap, 1);
  event.encap.code = 1;
  event.route.flags |= TS_HAS_PREFIX;
  CHECK(TextOf(event, 1) == TextOf(SampleRoute(), 1));
  std::string line = TextOf(event, 2);
  CHECK(line.substr(line.find("result")) ==
        "result: found prefix: 0.0.0.0/0 encap seg6 mode encap segs 1 [ fc00::1 ]\n");
  std::string encap = R"("type":"unicast","encap":{"type":"seg6","mode":"encap","segs":["fc00::1"]},"decision":)";
  CHECK(JsonOf(event).find(encap) != std::string::npos);
}
