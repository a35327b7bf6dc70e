// SPDX-License-Identifier: BSD-2-Clause
#include "route_picture.h"

#include <sys/socket.h>

#include <utility>
#include <vector>

namespace tablesnoop {

namespace {

// FNV-1a.
class Hash {
 public:
  template <typename Value>
  void Add(const Value& value) {
    const auto* bytes = reinterpret_cast<const uint8_t*>(&value);
    for (size_t at = 0; at < sizeof(value); at++) hash_ = (hash_ ^ bytes[at]) * 0x100000001b3;
  }
  void Add(const RouteNexthop& nexthop) {
    Add(nexthop.oif);
    Add(nexthop.gateway_family);
    Add(nexthop.gateway);
  }
  uint64_t Value() const { return hash_; }

 private:
  uint64_t hash_ = 0xcbf29ce484222325;
};

Hash HashOf(const RouteMessage& message) {
  Hash hash;
  hash.Add(message.protocol);
  hash.Add(message.type);
  hash.Add(message.nexthop_id);
  return hash;
}

uint64_t IdOf(const RouteKey& key, uint64_t paths) {
  Hash hash;
  hash.Add(key);
  hash.Add(paths);
  return hash.Value();
}

// IPv4 has one route with all its nexthops; IPv6 one for each, which come and go one by one.
template <typename Act>
void EachRoute(const RouteMessage& message, Act act) {
  if (message.family == AF_INET) {
    Hash hash = HashOf(message);
    for (const RouteNexthop& nexthop : message.nexthops) hash.Add(nexthop);
    act(Route(message), hash.Value());
    return;
  }
  for (const RouteNexthop& nexthop : message.nexthops) {
    Hash hash = HashOf(message);
    hash.Add(nexthop);
    act(Route(message, nexthop), hash.Value());
  }
}

}  // namespace

RoutePicture::Routes_::iterator RoutePicture::Find(const Known& wanted) {
  auto [at, end] = known_.equal_range(wanted.route.key);
  while (at != end && at->second.paths != wanted.paths) ++at;
  return at == end ? known_.end() : at;
}

// What else differs than what the hash is of is not worth an error: then it is any of the key.
bool RoutePicture::Remove(const Known& gone) {
  auto found = Find(gone);
  if (found == known_.end()) found = known_.find(gone.route.key);
  if (found == known_.end()) return false;
  Forget(found);
  return true;
}

// The kernel does not say which one went. IPv6 replaces all nexthops with a gateway at once, and of others one; IPv4
// one.
void RoutePicture::Replace(const Known& by) {
  auto [at, end] = known_.equal_range(by.route.key);
  bool has_gateway = by.route.nexthop.gateway_family != 0;
  bool is_ipv6 = by.route.key.family == AF_INET6;
  while (at != end) {
    if (is_ipv6 && has_gateway != (at->second.route.nexthop.gateway_family != 0)) {
      ++at;
      continue;
    }
    Forget(at++);
    if (!is_ipv6 || !has_gateway) return;
  }
}

void RoutePicture::Forget(Routes_::iterator at) {
  if (is_listing_) gone_.insert(IdOf(at->second.route.key, at->second.paths));
  known_.erase(at);
}

void RoutePicture::Add(const Known& known) {
  auto found = Find(known);
  if (found != known_.end()) {
    found->second.listing = listing_;
    found->second.is_untold &= known.is_untold;
    return;
  }
  known_.emplace(known.route.key, known);
  if (known_.size() > most_) Drop();
}

void RoutePicture::Drop() {
  routes_ = known_.size();
  is_kept_ = is_whole_ = false;
  Routes_().swap(known_);
  gone_.clear();
}

std::optional<Change> RoutePicture::Notice(const RouteMessage& message) {
  Change change = message.is_removed ? Change::kRemoved : message.is_replaced ? Change::kReplaced : Change::kAdded;
  if (!is_kept_) {
    if (change == Change::kAdded) routes_++;
    if (change == Change::kRemoved && routes_ > 0) routes_--;
    return change;
  }
  bool was_known = false, is_first = true;
  EachRoute(message, [&](Route route, uint64_t paths) {
    Known known{route, paths, listing_, false};
    uint64_t id = is_listing_ ? IdOf(route.key, paths) : 0;
    if (change == Change::kRemoved) {
      was_known |= Remove(known);
      if (is_listing_) gone_.insert(id);
      return;
    }
    if (change == Change::kReplaced && std::exchange(is_first, false)) Replace(known);
    if (is_listing_) gone_.erase(id);
    if (is_kept_) Add(known);
  });
  if (gone_.size() > most_) Drop();
  if (change == Change::kRemoved && is_whole_ && !was_known) return {};
  return change;
}

void RoutePicture::BeginListing() {
  if (!is_kept_) {
    is_kept_ = true;
    is_whole_ = false;
    routes_ = 0;
  }
  is_listing_ = true;
  listing_++;
  gone_.clear();
}

void RoutePicture::AbandonListing() {
  is_listing_ = false;
  gone_.clear();
}

void RoutePicture::List(const RouteMessage& message) {
  if (!is_listing_) return;
  EachRoute(message, [&](Route route, uint64_t paths) {
    // Of those beyond the bound only the number is wanted.
    if (!is_kept_) {
      routes_++;
    } else if (!gone_.contains(IdOf(route.key, paths))) {
      Add({route, paths, listing_, is_whole_});
    }
  });
}

void RoutePicture::EndListing(const std::function<void(const Route&, Change)>& tell) {
  bool was_listing = std::exchange(is_listing_, false);
  gone_.clear();
  if (!was_listing || !is_kept_) return;
  std::vector<Route> gone;
  for (auto at = known_.begin(); at != known_.end();) {
    if (at->second.listing == listing_) {
      ++at;
      continue;
    }
    if (is_whole_) gone.push_back(at->second.route);
    at = known_.erase(at);
  }
  for (const Route& route : gone) tell(route, Change::kRemoved);
  for (auto& [key, known] : known_) {
    if (std::exchange(known.is_untold, false)) tell(known.route, Change::kAdded);
  }
  is_whole_ = true;
}

}  // namespace tablesnoop
