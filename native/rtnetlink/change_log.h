// SPDX-License-Identifier: BSD-2-Clause
// The changes of routes: how many of each sort since the start, and the last of them one by one. One thread enters
// them, any reads.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <tuple>
#include <vector>

#include "route_picture.h"

namespace tablesnoop {

struct RouteChange {
  uint64_t number;  // from 1 on
  int64_t unix_ms;
  Change change;
  bool is_found;  // nobody told: it was found by reading the tables
  Route route;
};

struct ChangeGroup {
  uint8_t family;  // AF_INET or AF_INET6
  uint8_t protocol;
  uint32_t table;

  auto operator<=>(const ChangeGroup&) const = default;
};

struct ChangeCounts {
  uint64_t of[3] = {};  // by Change
};

// Which removal is looked for.
struct LostRoute {
  uint8_t family;
  RouteAddress destination;
  uint32_t table;  // 0: any
  int64_t since_unix_ms;
};

class ChangeLog {
 public:
  static constexpr size_t kMostKept = 4096;
  // Of groups. What falls beyond is counted under the table and protocol 0, which no route has.
  static constexpr size_t kMostGroups = 4096;

  RouteChange Enter(const Route& route, Change change, int64_t unix_ms, bool is_found);
  // So that its counts are there, at 0, before it changes.
  void Know(const Route& route);

  std::vector<std::pair<ChangeGroup, ChangeCounts>> Counts() const;
  // Those kept with a number above `after`, newest first, at most `most`.
  std::vector<RouteChange> Newest(uint64_t after, size_t most) const;
  // The longest removed prefix that covered the destination, and of several the last: removed since, or earlier and
  // still gone. A route that never led anywhere (a blackhole and its like) is none.
  std::optional<RouteChange> Cause(const LostRoute& lost) const;

 private:
  ChangeCounts& Group(const Route& route);

  mutable std::mutex lock_;
  std::map<ChangeGroup, ChangeCounts> counts_;
  std::vector<RouteChange> kept_;  // a ring once it is full
  uint64_t entered_ = 0;
};

}  // namespace tablesnoop
