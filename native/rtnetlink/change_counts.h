// SPDX-License-Identifier: BSD-2-Clause
// How many changes of each sort of route there were since the start. One thread counts, any reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "route_picture.h"

namespace tablesnoop {

struct ChangeGroup {
  uint8_t family;  // AF_INET or AF_INET6
  uint8_t protocol;
  uint32_t table;

  auto operator<=>(const ChangeGroup&) const = default;
};

struct GroupCounts {
  uint64_t of[3] = {};  // by Change
};

class ChangeCounts {
 public:
  // What falls beyond is counted under the table and protocol 0, which no route has.
  static constexpr size_t kMostGroups = 4096;

  void Count(const Route& route, Change change);
  // So that its counts are there, at 0, before it changes.
  void Know(const Route& route);

  std::vector<std::pair<ChangeGroup, GroupCounts>> Read() const;

 private:
  GroupCounts& Group(const Route& route);

  mutable std::mutex lock_;
  std::map<ChangeGroup, GroupCounts> counts_;
};

}  // namespace tablesnoop
