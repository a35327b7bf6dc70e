// SPDX-License-Identifier: BSD-2-Clause
// What numbers are called in a line. Filled from JavaScript, which owns all names (daemon/fib, daemon/netns); here they
// are only looked up. Immutable once built: the pump thread holds a shared pointer while it formats a batch.
#pragma once

#include <algorithm>
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

// Words that never change.
class Vocabulary {
 public:
  static constexpr size_t kErrors = 256;
  // Codes from there on mean what 0 means.
  static constexpr size_t kCodes = 16;

  // Of each kind, by ts_event.code; empty: none.
  std::vector<std::vector<std::string>> codes;

  void SetResult(size_t kind, size_t error, size_t code, const std::string& word) {
    results_.resize(TS_KINDS * kErrors * kCodes);
    auto known = std::find(words_.begin(), words_.end(), word);
    results_[Position(kind, error, code)] = static_cast<uint8_t>(known - words_.begin());
    if (known == words_.end()) words_.push_back(word);
  }

  const std::string& Result(const ts_event& event) const {
    return words_.at(results_.at(Position(event.kind, event.error, event.code < kCodes ? event.code : 0)));
  }

  // Null if it has none.
  const std::string* Code(const ts_event& event) const {
    const std::vector<std::string>& words = codes.at(event.kind);
    return event.code < words.size() ? &words[event.code] : nullptr;
  }

 private:
  static size_t Position(size_t kind, size_t error, size_t code) { return (kind * kErrors + error) * kCodes + code; }

  std::vector<uint8_t> results_;  // positions in words_
  std::vector<std::string> words_;
};

struct Names {
  std::unordered_map<uint64_t, NetnsName> netns;              // by cookie
  std::unordered_map<uint32_t, std::string> tables;           // by id, in every namespace
  std::map<std::pair<uint64_t, uint32_t>, std::string> vrfs;  // by cookie and table id

  // Null if it has none.
  const std::string* Table(uint64_t cookie, uint32_t id) const {
    if (auto vrf = vrfs.find({cookie, id}); vrf != vrfs.end()) return &vrf->second;
    auto table = tables.find(id);
    return table == tables.end() ? nullptr : &table->second;
  }
};

}  // namespace tablesnoop
