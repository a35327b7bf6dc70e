// SPDX-License-Identifier: BSD-2-Clause
// Hears of every change of a route in the namespace it is opened in, on a thread of its own: counts them, and keeps the
// last of them. No Node here. Takes no capability; memory is bounded by RoutePicture and ChangeLog.
//
// The kernel sends a notice of each change, but none in these cases, after which the tables are read and compared:
// - IPv4 routes that go with their link, with an address they send from, or with a nexthop object: after a notice that
// a
//   link went down or away, an address or a nexthop object away.
// - IPv6 routes that go with their link where net.ipv6.route.skip_notify_on_dev_down is set: so too.
// - Notices there was no room for, in the ring or the socket. What came and went meanwhile stays untold.
// - Whatever else moved the kernel's own sequence number without a notice (see Moved).
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>

#include "change_counts.h"
#include "change_log.h"
#include "netlink_socket.h"
#include "notice_ring.h"
#include "route_picture.h"

namespace tablesnoop {

class RouteChanges {
 public:
  using Hear = std::function<void(const RouteChange& change)>;

  // Begins to hear, and to tell `hear` on the thread of this. One for each object, which must outlive it. Throws
  // KernelError.
  RouteChanges(const Object& object, Hear hear);
  ~RouteChanges();
  RouteChanges(const RouteChanges&) = delete;
  RouteChanges& operator=(const RouteChanges&) = delete;

  uint64_t NetnsCookie() const { return netns_; }
  const ChangeLog& Log() const { return log_; }
  const ChangeCounts& Counts() const { return counts_; }

  struct State {
    uint64_t notices = 0;     // about routes
    uint64_t overruns = 0;    // times there was no room for some
    size_t routes = 0;        // there now, or about so many
    bool is_compared = true;  // there is a picture to compare the tables with
    std::string fault;        // why nothing can be heard; empty if it can. It is tried again each second
  };
  State Read() const;

  // Any thread. The tables may have changed without a notice: they will be read and compared.
  void Moved();

 private:
  void Enter(const Route& route, Change change, bool is_found);
  const std::string& NameOf(uint32_t ifindex);
  void LearnName(const nlmsghdr* message);
  void Run();
  int WaitMs();
  void OpenSocket();
  // All that waits; whether there was anything.
  bool Receive();
  bool TakeNotices();
  void HandleLoss();
  void Handle(const nlmsghdr* message);
  void HandleListing(const nlmsghdr* message);
  void HandleRoute(const nlmsghdr* message);
  void WantListing();
  void BeginListing();
  void EndListing();
  void Fail(const std::string& fault);

  // The thread's own.
  Hear hear_;
  // Of devices by ifindex, as they are called now or were last; bounded.
  std::unordered_map<uint32_t, std::string> names_;
  NoticeRing ring_;
  std::unique_ptr<NetlinkSocket> socket_;
  RoutePicture picture_;
  uint32_t number_ = 0;          // of the last request
  int64_t listing_due_ms_ = -1;  // -1: none is wanted
  int64_t listing_not_before_ms_ = 0;
  uint8_t listed_family_ = 0;    // 0: none is under way
  bool is_interrupted_ = false;  // the tables changed while they were read
  int interrupted_ = 0;          // listings in a row
  bool is_crowded_ = false;      // notices came at the last look

  uint64_t netns_;
  ChangeLog log_;
  ChangeCounts counts_;
  int wake_;  // an eventfd
  std::atomic<bool> running_ = true;
  std::atomic<bool> has_moved_ = false;
  mutable std::mutex lock_;  // guards the state
  State state_;
  std::thread thread_;
};

}  // namespace tablesnoop
