// SPDX-License-Identifier: BSD-2-Clause
// Events and words for the tests: one found IPv4 route and one IPv4 rule that led to a route, to be changed by the case.
#pragma once

#include <arpa/inet.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "../../bpf/tablesnoop_abi.h"
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

inline ts_event SampleRoute() {
  ts_event event = {};
  event.time = kSampleTime;
  event.netns = 4097;
  event.inode = 4026532000;
  event.listeners = 1;
  event.table = 254;
  event.kind = TS_ROUTE;
  event.family = TS_IPV4;
  event.type = 1;
  event.flags = TS_HAS_GATEWAY;
  event.gateway_family = TS_IPV4;
  SetAddress(event.src, "10.0.1.2");
  SetAddress(event.dst, "10.0.2.2");
  SetAddress(event.gateway, "10.0.1.1");
  SetName(event.iif, "lo");
  SetName(event.egress, "eth0");
  return event;
}

inline ts_rule_event SampleRule() {
  ts_rule_event rule = {};
  rule.event = SampleRoute();
  rule.event.kind = TS_RULE;
  rule.event.flags = 0;
  rule.event.priority = 32766;
  rule.event.type = 1;
  SetName(rule.event.egress, "");
  rule.uid_last = 0xffffffff;
  return rule;
}

// Results as daemon/fib has them, as far as the cases need them: found, no_route, prohibit.
inline Vocabulary SampleVocabulary() {
  Vocabulary words;
  words.result_names = {"found", "no_route", "prohibit"};
  words.actions = {"", "to_tbl", "goto", "nop", "", "", "blackhole", "unreachable", "prohibit"};
  words.route_types = {"", "unicast", "local", "broadcast", "anycast", "multicast", "blackhole", "unreachable", "prohibit"};
  words.results.assign(2 * 256 * Vocabulary::kTypes, 1);
  for (size_t kind = 0; kind < 2; kind++) {
    for (size_t type = 0; type < Vocabulary::kTypes; type++) {
      words.results[kind * 256 * Vocabulary::kTypes + type] = 0;
      words.results[(kind * 256 + EACCES) * Vocabulary::kTypes + type] = 2;
    }
  }
  return words;
}

}  // namespace tablesnoop
