// SPDX-License-Identifier: BSD-2-Clause
#include "route_changes.h"

#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <iterator>
#include <system_error>
#include <utility>

#include "../probe/clock.h"
#include "../probe/kernel_error.h"

namespace tablesnoop {

namespace {

// How long notices gather while many come. The ring has room for twice as many as the fastest routing daemon makes.
constexpr int kPauseMs = 20;
// What leads to a comparison seldom comes alone.
constexpr int64_t kSettleMs = 20;
// From the beginning of one listing to that of the next, and between attempts at what fails.
constexpr int64_t kListingMs = 1000;
// Listings in a row during which the tables changed, before one is taken as it is: what it tells wrongly, the next one
// puts right.
constexpr int kMostInterrupted = 5;
// Names of devices that are remembered; beyond it all are asked for anew.
constexpr size_t kMostNames = 16384;

// Whether routes may have gone with what this is about.
bool TakesRoutesAway(const nlmsghdr* message) {
  switch (message->nlmsg_type) {
    case RTM_DELLINK:
    case RTM_DELADDR:
    case RTM_DELNEXTHOP:
      return true;
    case RTM_NEWLINK: {
      if (message->nlmsg_len < MNL_NLMSG_HDRLEN + sizeof(ifinfomsg)) return false;
      const auto* link = static_cast<const ifinfomsg*>(mnl_nlmsg_get_payload(message));
      return (link->ifi_change & IFF_UP) != 0 && (link->ifi_flags & IFF_UP) == 0;
    }
    default:
      return false;
  }
}

}  // namespace

RouteChanges::RouteChanges(const Object& object, Hear hear)
    : hear_(std::move(hear)), ring_(object, [this](const nlmsghdr* notice) { HandleRoute(notice); }) {
  OpenSocket();
  netns_ = socket_->NetnsCookie();
  wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake_ < 0) throw KernelError("make", "an eventfd", errno);
  listing_due_ms_ = 0;
  try {
    thread_ = std::thread([this] { Run(); });
  } catch (const std::system_error& error) {
    close(wake_);
    throw KernelError("start", "the thread for changes of routes", error.code().value());
  }
}

RouteChanges::~RouteChanges() {
  running_ = false;
  eventfd_write(wake_, 1);
  thread_.join();
  close(wake_);
}

RouteChanges::State RouteChanges::Read() const {
  std::lock_guard guard(lock_);
  return state_;
}

void RouteChanges::Moved() {
  has_moved_ = true;
  eventfd_write(wake_, 1);
}

void RouteChanges::OpenSocket() {
  auto socket = std::make_unique<NetlinkSocket>();
  ring_.Filter(*socket);
  socket->Subscribe();
  socket_ = std::move(socket);
}

void RouteChanges::Run() {
  while (running_) {
    // While many notices come, do not wait for the next: whoever changes routes would have to wake us for each.
    bool pauses = socket_ && is_crowded_;
    pollfd waiting[] = {{wake_, POLLIN, 0}, {-1, POLLIN, 0}, {-1, POLLIN, 0}};
    if (socket_ && !pauses) {
      waiting[1].fd = socket_->Descriptor();
      waiting[2].fd = ring_.Descriptor();
    }
    poll(waiting, std::size(waiting), pauses ? kPauseMs : WaitMs());
    eventfd_t count;
    eventfd_read(wake_, &count);
    try {
      // What was heard with the old one is not lost to the picture: the listing tells.
      if (!socket_) OpenSocket();
      if (has_moved_.exchange(false)) WantListing();
      is_crowded_ = Receive();
      bool is_due = listing_due_ms_ >= 0 && listing_due_ms_ <= Milliseconds(CLOCK_MONOTONIC);
      if (is_due && listed_family_ == 0) BeginListing();
      Fail("");
    } catch (const std::exception& error) {
      socket_.reset();
      listed_family_ = 0;
      picture_.AbandonListing();
      WantListing();
      Fail(error.what());
    }
  }
}

void RouteChanges::Fail(const std::string& fault) {
  std::lock_guard guard(lock_);
  state_.fault = fault;
  state_.routes = picture_.Routes();
  state_.is_compared = picture_.IsKept();
}

int RouteChanges::WaitMs() {
  if (!socket_) return static_cast<int>(kListingMs);
  if (listing_due_ms_ < 0 || listed_family_ != 0) return -1;
  return static_cast<int>(std::max<int64_t>(listing_due_ms_ - Milliseconds(CLOCK_MONOTONIC), 0));
}

bool RouteChanges::Receive() {
  bool has_received = false;
  while (running_) {
    NetlinkSocket::Received received = socket_->Receive();
    // Before it is looked at: of what went before it.
    has_received |= TakeNotices();
    if (received.has_lost) {
      HandleLoss();
      continue;
    }
    if (received.bytes == 0) break;
    has_received = true;
    int left = static_cast<int>(received.bytes);
    for (const nlmsghdr* message = received.message; mnl_nlmsg_ok(message, left);
         message = mnl_nlmsg_next(message, &left)) {
      Handle(message);
    }
  }
  return has_received;
}

bool RouteChanges::TakeNotices() {
  NoticeRing::Taken taken = ring_.TakeAll();
  if (taken.has_lost) HandleLoss();
  return taken.is_any;
}

// Of a listing under way too: its end may be among what was lost.
void RouteChanges::HandleLoss() {
  {
    std::lock_guard guard(lock_);
    state_.overruns++;
  }
  listed_family_ = 0;
  picture_.AbandonListing();
  WantListing();
}

void RouteChanges::Handle(const nlmsghdr* message) {
  // Notices carry the number and port of who made the change, or none; a listing ours.
  if (message->nlmsg_pid == socket_->Port() && message->nlmsg_seq == number_) return HandleListing(message);
  LearnName(message);
  if (TakesRoutesAway(message)) WantListing();
}

void RouteChanges::Enter(const Route& route, Change change, bool is_found) {
  RouteChange entered = {netns_, Milliseconds(CLOCK_REALTIME), change, is_found, route, NameOf(route.nexthop.oif)};
  counts_.Count(route, change);
  log_.Enter(entered);
  hear_(entered);
}

// The name outlives the device, whose routes go when it is gone.
void RouteChanges::LearnName(const nlmsghdr* message) {
  if (message->nlmsg_type != RTM_NEWLINK) return;
  if (message->nlmsg_len < MNL_NLMSG_HDRLEN + sizeof(ifinfomsg)) return;
  const auto* link = static_cast<const ifinfomsg*>(mnl_nlmsg_get_payload(message));
  names_.erase(static_cast<uint32_t>(link->ifi_index));
  NameOf(static_cast<uint32_t>(link->ifi_index));
}

const std::string& RouteChanges::NameOf(uint32_t ifindex) {
  auto known = names_.find(ifindex);
  if (known != names_.end()) return known->second;
  if (names_.size() >= kMostNames) names_.clear();
  char name[IF_NAMESIZE];
  bool is_there = ifindex != 0 && if_indextoname(ifindex, name) != nullptr;
  return names_.emplace(ifindex, is_there ? name : "").first->second;
}

void RouteChanges::HandleRoute(const nlmsghdr* message) {
  std::optional<RouteMessage> parsed = ParseRoute(message);
  if (!parsed) return;
  {
    std::lock_guard guard(lock_);
    state_.notices++;
  }
  std::optional<Change> change = picture_.Notice(*parsed);
  if (change) Enter(Route(*parsed), *change, false);
  // There may be few enough again.
  if (!picture_.IsKept()) WantListing();
}

void RouteChanges::HandleListing(const nlmsghdr* message) {
  if (listed_family_ == 0) return;
  is_interrupted_ |= (message->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
  if (message->nlmsg_type == NLMSG_ERROR) {
    const auto* error = static_cast<const nlmsgerr*>(mnl_nlmsg_get_payload(message));
    throw KernelError("read", "all routes", -error->error);
  }
  if (message->nlmsg_type != NLMSG_DONE) {
    if (std::optional<RouteMessage> parsed = ParseRoute(message)) {
      counts_.Know(Route(*parsed));
      picture_.List(*parsed);
    }
    return;
  }
  if (listed_family_ == AF_INET) {
    listed_family_ = AF_INET6;
    socket_->AskForRoutes(AF_INET6, ++number_);
  } else {
    EndListing();
  }
}

// The next to be read, unless there are too many routes to keep a picture of.
void RouteChanges::WantListing() {
  if (listing_due_ms_ >= 0 || !picture_.MayFit()) return;
  listing_due_ms_ = std::max(Milliseconds(CLOCK_MONOTONIC) + kSettleMs, listing_not_before_ms_);
}

void RouteChanges::BeginListing() {
  listing_due_ms_ = -1;
  listing_not_before_ms_ = Milliseconds(CLOCK_MONOTONIC) + kListingMs;
  is_interrupted_ = false;
  // What waited was taken in just now: later notices are of what the kernel may list or not.
  picture_.BeginListing();
  listed_family_ = AF_INET;
  socket_->AskForRoutes(AF_INET, ++number_);
}

void RouteChanges::EndListing() {
  listed_family_ = 0;
  if (is_interrupted_ && ++interrupted_ < kMostInterrupted) {
    picture_.AbandonListing();
    return WantListing();
  }
  interrupted_ = 0;
  picture_.EndListing([&](const Route& route, Change change) { Enter(route, change, true); });
}

}  // namespace tablesnoop
