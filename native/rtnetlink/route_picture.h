// SPDX-License-Identifier: BSD-2-Clause
// What routes there are, as far as they were told: for routes that go without a word, and for words that get lost. Read
// beside the kernel's own tables, it tells the difference. Bounded: beyond a number of routes there is no picture, and
// every notice is believed. Pure; used by one thread.
#pragma once

#include <functional>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "route.h"

namespace tablesnoop {

enum class Change : uint8_t { kAdded, kReplaced, kRemoved };

class RoutePicture {
 public:
  // A route takes some 150 bytes here, one of IPv6 with several nexthops so much for each.
  static constexpr size_t kMostRoutes = 100000;

  explicit RoutePicture(size_t most = kMostRoutes) : most_(most) {}

  // What a notice says that has not been told yet. Nothing: the route was found gone before its notice came.
  std::optional<Change> Notice(const RouteMessage& message);

  // The tables are read: from here on, until the end, `List` gets what is in them, with notices in between. The kernel
  // reads without a lock: it may list a route after the notice that it is gone, so what went meanwhile is not believed
  // to be there.
  void BeginListing();
  void List(const RouteMessage& message);
  // The tables changed while they were read: routes may have been missed. All are kept, until the next listing.
  void AbandonListing();
  // Tells what nobody had told. The first listing tells nothing, nor does one after there was no picture.
  void EndListing(const std::function<void(const Route&, Change)>& tell);

  // Whether there is one; else there are too many routes.
  bool IsKept() const { return is_kept_; }
  // Whether the next listing could bring it back.
  bool MayFit() const { return is_kept_ || routes_ <= most_ / 2; }
  size_t Routes() const { return is_kept_ ? known_.size() : routes_; }

 private:
  struct Known {
    Route route;
    uint64_t paths;        // hash of all that the key leaves out
    uint32_t listing = 0;  // in which it was last seen
    bool is_untold = false;
  };
  using Routes_ = std::unordered_multimap<RouteKey, Known, RouteKeyHash>;

  Routes_::iterator Find(const Known& wanted);
  bool Remove(const Known& gone);
  void Replace(const Known& by);
  void Forget(Routes_::iterator at);
  void Add(const Known& known);
  void Drop();

  size_t most_;
  Routes_ known_;
  bool is_kept_ = true;
  bool is_whole_ = false;  // the tables were read from beginning to end
  bool is_listing_ = false;
  size_t routes_ = 0;  // about so many, while there is no picture
  uint32_t listing_ = 0;
  std::unordered_set<uint64_t> gone_;  // hashes of routes that went during the listing; bounded as the others
};

}  // namespace tablesnoop
