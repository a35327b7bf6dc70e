// SPDX-License-Identifier: BSD-2-Clause
#include "change_log.h"

#include <linux/rtnetlink.h>

#include <algorithm>

namespace tablesnoop {

namespace {

// As long as no rule is somebody's own, the kernel searches both as one.
uint32_t SearchedAs(uint32_t table) { return table == RT_TABLE_LOCAL ? RT_TABLE_MAIN : table; }

bool IsSamePrefix(const RouteKey& one, const RouteKey& other) {
  return one.family == other.family && one.length == other.length && one.table == other.table &&
         one.destination == other.destination;
}

}  // namespace

void ChangeLog::Enter(const RouteChange& change) {
  std::lock_guard guard(lock_);
  entered_++;
  if (kept_.size() < kMostKept) {
    kept_.push_back(change);
  } else {
    kept_[(entered_ - 1) % kMostKept] = change;
  }
}

std::vector<RouteChange> ChangeLog::Newest(size_t most) const {
  std::lock_guard guard(lock_);
  std::vector<RouteChange> newest;
  size_t wanted = std::min(most, kept_.size());
  newest.reserve(wanted);
  for (uint64_t number = entered_; newest.size() < wanted; number--) {
    newest.push_back(kept_[(number - 1) % kMostKept]);
  }
  return newest;
}

std::optional<RouteChange> ChangeLog::Cause(const LostRoute& lost) const {
  std::lock_guard guard(lock_);
  const RouteChange* cause = nullptr;
  // Prefixes that came (back) later than what is looked at: at most one of each length covers a destination.
  std::vector<RouteKey> present;
  for (size_t back = 0; back < kept_.size(); back++) {
    const RouteChange& entry = kept_[(entered_ - 1 - back) % kMostKept];
    const Route& route = entry.route;
    if (entry.netns != lost.netns) continue;
    if (lost.table != 0 && SearchedAs(route.key.table) != SearchedAs(lost.table)) continue;
    if (!route.Covers(lost.family, lost.destination) || Rejects(route.type)) continue;
    auto is_it = [&](const RouteKey& key) { return IsSamePrefix(key, route.key); };
    if (entry.change != Change::kRemoved) {
      if (std::none_of(present.begin(), present.end(), is_it)) present.push_back(route.key);
      continue;
    }
    bool is_recent = entry.unix_ms >= lost.since_unix_ms;
    if (!is_recent && std::any_of(present.begin(), present.end(), is_it)) continue;
    if (cause == nullptr || route.key.length > cause->route.key.length) cause = &entry;
  }
  if (cause == nullptr) return {};
  return *cause;
}

}  // namespace tablesnoop
