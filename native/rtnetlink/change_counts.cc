// SPDX-License-Identifier: BSD-2-Clause
#include "change_counts.h"

namespace tablesnoop {

GroupCounts& ChangeCounts::Group(const Route& route) {
  ChangeGroup group = {route.key.family, route.protocol, route.key.table};
  auto found = counts_.find(group);
  if (found != counts_.end()) return found->second;
  if (counts_.size() >= kMostGroups) group = {route.key.family, 0, 0};
  return counts_[group];
}

void ChangeCounts::Count(const Route& route, Change change) {
  std::lock_guard guard(lock_);
  Group(route).of[static_cast<size_t>(change)]++;
}

void ChangeCounts::Know(const Route& route) {
  std::lock_guard guard(lock_);
  Group(route);
}

std::vector<std::pair<ChangeGroup, GroupCounts>> ChangeCounts::Read() const {
  std::lock_guard guard(lock_);
  return {counts_.begin(), counts_.end()};
}

}  // namespace tablesnoop
