// SPDX-License-Identifier: BSD-2-Clause
// The last changes of routes, one by one. One thread enters them, any reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "route_picture.h"

namespace tablesnoop {

struct RouteChange {
  uint64_t netns;  // cookie
  int64_t unix_ms;
  Change change;
  bool is_found;  // nobody told: it was found by reading the tables
  Route route;
  std::string device;  // of the first nexthop, as it was called then; empty: none
};

// Which removal is looked for.
struct LostRoute {
  uint64_t netns;
  uint8_t family;
  RouteAddress destination;
  uint32_t table;  // 0: any
  int64_t since_unix_ms;
};

class ChangeLog {
 public:
  static constexpr size_t kMostKept = 4096;

  void Enter(const RouteChange& change);

  // Newest first, at most `most`.
  std::vector<RouteChange> Newest(size_t most) const;
  // The longest removed prefix that covered the destination, and of several the last: removed since, or earlier and
  // still gone. A route that never led anywhere (a blackhole and its like) is none.
  std::optional<RouteChange> Cause(const LostRoute& lost) const;

 private:
  mutable std::mutex lock_;
  std::vector<RouteChange> kept_;  // a ring once it is full
  uint64_t entered_ = 0;
};

}  // namespace tablesnoop
