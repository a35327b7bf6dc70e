// SPDX-License-Identifier: BSD-2-Clause
// Events and words for the tests: one found IPv4 route and one IPv4 rule that led to a route, to be changed by the
// case.
#pragma once

#include <arpa/inet.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "../../bpf/kinds/neighbour/event.h"
#include "../../bpf/kinds/route/event.h"
#include "../../bpf/kinds/rule/event.h"
#include "../../native/lines/event_view.h"
#include "../../native/lines/json.h"
#include "../../native/lines/text.h"
#include "../../native/lines/words.h"

namespace tablesnoop {

inline void SetName(char (&name)[16], const std::string& bytes) {
  memset(name, 0, sizeof(name));
  memcpy(name, bytes.data(), bytes.size());
}

inline void SetAddress(uint32_t (&address)[4], const char* text) {
  memset(address, 0, sizeof(address));
  inet_pton(strchr(text, ':') ? AF_INET6 : AF_INET, text, address);
}

// 2026-01-02T03:04:05.678901234Z, if the clock of events began in 1970.
constexpr uint64_t kSampleTime = 1767323045678901234;

inline void SetHead(ts_event& head, uint8_t kind) {
  head.time = kSampleTime;
  head.netns = 4097;
  head.inode = 4026532000;
  head.listeners = 1;
  head.kind = kind;
  head.family = TS_IPV4;
  head.code = 1;
}

inline void SetFlow(ts_flow& flow) {
  SetAddress(flow.src, "10.0.1.2");
  SetAddress(flow.dst, "10.0.2.2");
  SetName(flow.iif, "lo");
}

// Through a gateway, in table main.
inline ts_route_event SampleRoute() {
  ts_route_event route = {};
  SetHead(route.head, TS_KIND_route);
  SetFlow(route.flow);
  SetName(route.head.device, "eth0");
  route.table = 254;
  route.flags = TS_HAS_GATEWAY;
  route.gateway_family = TS_IPV4;
  SetAddress(route.gateway, "10.0.1.1");
  return route;
}

// The same, into a tunnel of this type that has nothing yet.
inline ts_encapped_route_event SampleEncappedRoute(uint16_t type) {
  ts_encapped_route_event event = {};
  event.route = SampleRoute();
  event.route.flags |= TS_HAS_ENCAP;
  event.encap.type = type;
  return event;
}

// The rule that leads to table main.
inline ts_rule_event SampleRule() {
  ts_rule_event rule = {};
  SetHead(rule.head, TS_KIND_rule);
  SetFlow(rule.flow);
  rule.table = 254;
  rule.priority = 32766;
  rule.uid_last = 0xffffffff;
  return rule;
}

// Answered at the second probe.
inline ts_neighbour_event SampleNeighbour() {
  ts_neighbour_event neighbour = {};
  const uint8_t lladdr[] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
  SetHead(neighbour.head, TS_KIND_neighbour);
  SetName(neighbour.head.device, "eth0");
  SetAddress(neighbour.dst, "10.0.0.2");
  memcpy(neighbour.lladdr, lladdr, sizeof(lladdr));
  neighbour.lladdr_length = sizeof(lladdr);
  neighbour.has_probes = 1;
  neighbour.probes = 2;
  return neighbour;
}

inline ts_neighbour_event SampleFailedNeighbour() {
  ts_neighbour_event neighbour = SampleNeighbour();
  neighbour.head.error = EHOSTUNREACH;
  neighbour.lladdr_length = 0;
  neighbour.has_probes = 0;
  return neighbour;
}

// As daemon/fib has them, as far as the cases need them.
inline Vocabulary SampleVocabulary() {
  Vocabulary words;
  words.codes.resize(TS_KINDS);
  words.codes[TS_KIND_rule] = {"", "to_table", "goto", "nop", "", "", "blackhole", "unreachable", "prohibit"};
  words.codes[TS_KIND_route] = {"", "unicast", "local", "broadcast", "anycast", "multicast", "blackhole"};
  words.codes[TS_KIND_drop] = {"", "neigh_failed"};
  for (size_t kind = 0; kind < TS_KINDS; kind++) {
    for (size_t error = 0; error < Vocabulary::kErrors; error++) {
      for (size_t code = 0; code < Vocabulary::kCodes; code++) {
        words.SetResult(kind, error, code, error == 0 ? "found" : error == EACCES ? "prohibit" : "no_route");
      }
    }
  }
  return words;
}

inline Names SampleNames() {
  Names names;
  names.netns[4097] = {4026532000, "blue"};
  names.tables[254] = "main";
  names.vrfs[{4097, 1001}] = "vrf-red";
  return names;
}

template <typename Event>
EventView ViewOf(const Event& event) {
  return EventView::Of(&event, sizeof(event)).value();
}

template <typename Event>
std::string TextOf(const Event& event, uint8_t verbose, bool colour = false,
                   const Vocabulary& words = SampleVocabulary()) {
  std::string line;
  AppendText(line, ViewOf(event), words, {verbose, colour});
  return line;
}

template <typename Event>
std::string JsonOf(const Event& event, int64_t unix_offset = 0, const Vocabulary& words = SampleVocabulary()) {
  std::string line;
  AppendJson(line, ViewOf(event), words, SampleNames(), unix_offset);
  return line;
}

}  // namespace tablesnoop
