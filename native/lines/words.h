// SPDX-License-Identifier: BSD-2-Clause
// What numbers are called in a line. Filled from JavaScript, which owns all names (daemon/fib, daemon/netns); here they
// are only looked up. Immutable once built: the pump thread holds a shared pointer while it formats a batch.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "../../bpf/tablesnoop_abi.h"

namespace tablesnoop {

struct NetnsName {
  uint32_t inode;
  std::string name;
};

// Words that never change: results, actions and route types.
struct Vocabulary {
  // [kind][error][type] to a position in result_names; types above kTypes - 1 count as 0.
  static constexpr size_t kTypes = 16;
  std::vector<uint8_t> results;
  std::vector<std::string> result_names;
  std::vector<std::string> actions;      // by FR_ACT_*
  std::vector<std::string> route_types;  // by RTN_*

  const std::string& Result(const ts_event& event) const {
    size_t type = event.code < kTypes ? event.code : 0;
    return result_names.at(results.at((event.kind * 256U + event.error) * kTypes + type));
  }
};

struct Names {
  std::unordered_map<uint64_t, NetnsName> netns;          // by cookie
  std::unordered_map<uint32_t, std::string> tables;       // by id, in every namespace
  std::map<std::pair<uint64_t, uint32_t>, std::string> vrfs;  // by cookie and table id

  // Null if it has none.
  const std::string* Table(uint64_t cookie, uint32_t id) const {
    if (auto vrf = vrfs.find({cookie, id}); vrf != vrfs.end()) return &vrf->second;
    auto table = tables.find(id);
    return table == tables.end() ? nullptr : &table->second;
  }
};

}  // namespace tablesnoop
