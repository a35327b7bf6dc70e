// SPDX-License-Identifier: BSD-2-Clause
#include "event_pump.h"

#include <bit>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <exception>
#include <optional>
#include <system_error>
#include <utility>

#include "../lines/event_view.h"
#include "clock.h"
#include "kernel_error.h"

namespace tablesnoop {

namespace {

// How long a single event may wait; under load the kernel wakes us (settings.wake_bytes).
constexpr int kLookMs = 20;
// Events handled before listeners hear of them.
constexpr uint32_t kBatch = 1024;
// Between two attempts to mend a ring that cannot be waited for.
constexpr int64_t kReopenNs = 1000000000;

bool IsUnder(const uint32_t address[4], const ts_prefix& prefix) {
  for (int word = 0; word < 4; word++) {
    if (((address[word] & prefix.mask[word]) ^ prefix.address[word]) != 0) return false;
  }
  return true;
}

// As bpf/event.bpf.h decides it.
bool IsWanted(const ts_filter& filter, const ts_event& event, const EventPump::Subject& subject) {
  constexpr uint32_t kNowhere[4] = {};
  if ((filter.kinds & 1U << event.kind) == 0 || (filter.families & 1U << event.family) == 0) return false;
  if ((filter.results & (event.error == 0 ? TS_WANT_FOUND : TS_WANT_FAILED)) == 0) return false;
  if ((filter.conditions & TS_MATCH_NETNS) && filter.netns != event.netns) return false;
  if ((filter.conditions & TS_MATCH_TABLE) && filter.table != subject.table) return false;
  if ((filter.conditions & TS_MATCH_DEVICE) && memcmp(filter.device, event.device, sizeof(event.device)) != 0) {
    return false;
  }
  return !(filter.conditions & TS_MATCH_ADDRESSES) ||
         (IsUnder(subject.dst, filter.dst) && IsUnder(kNowhere, filter.src));
}

}  // namespace

EventPump::EventPump(std::unique_ptr<EventRing> ring)
    : ring_(std::move(ring)), words_(std::make_shared<Vocabulary>()), names_(std::make_shared<Names>()) {
  ring_->Open(*this);
}

EventPump::~EventPump() {
  ring_->Shared().listeners = 0;
  running_ = false;
  if (thread_.joinable()) thread_.join();
}

std::shared_ptr<Listener> EventPump::Open(const ListenerSettings& settings, std::function<void()> on_lines) {
  auto listener = std::make_shared<Listener>(settings, Nanoseconds(CLOCK_MONOTONIC), std::move(on_lines));
  {
    std::lock_guard guard(lock_);
    uint32_t slot = 0;
    while (slot < TS_LISTENERS && slots_[slot]) slot++;
    if (slot == TS_LISTENERS) throw KernelError("open", "a listener", 0, "all slots are taken");
    slots_[slot] = listener;
    lost_before_[slot] = ring_->Lost(slot);
    ring_->Filters().slot[slot] = settings.filter;
    Publish();
  }
  if (!thread_.joinable()) {
    try {
      StartThread();
    } catch (const std::system_error& error) {
      Remove(listener);
      throw KernelError("start", "the thread for events", error.code().value());
    }
  }
  return listener;
}

void EventPump::StartThread() {
  running_ = true;
  thread_ = std::thread([this] { Run(); });
}

void EventPump::Close(const std::shared_ptr<Listener>& listener) {
  Remove(listener);
  bool has_others = false;
  for (const auto& other : slots_) has_others |= other != nullptr;
  if (has_others || !thread_.joinable()) return;
  running_ = false;
  thread_.join();
  fault_ = 0;
  is_failing_ = false;
}

void EventPump::Remove(const std::shared_ptr<Listener>& listener) {
  std::lock_guard guard(lock_);
  for (auto& slot : slots_) {
    if (slot != listener) continue;
    queue_of_closed_ += listener->Drops().queue;
    slot.reset();
    // What JavaScript has of it lives until the garbage is collected, which does not know of these bytes.
    listener->Forget();
  }
  Publish();
}

void EventPump::ChangeFilter(const std::shared_ptr<Listener>& listener, const ts_filter& filter) {
  std::lock_guard guard(lock_);
  for (uint32_t slot = 0; slot < TS_LISTENERS; slot++) {
    if (slots_[slot] != listener) continue;
    // Out of use while it is written, as the kernel reads it without a lock.
    __atomic_fetch_and(&ring_->Shared().listeners, ~(1U << slot), __ATOMIC_SEQ_CST);
    ring_->Filters().slot[slot] = filter;
    listener->SetFilter(filter);
  }
  Publish();
}

void EventPump::Publish() {
  uint32_t listeners = 0, slots = 0;
  bool device = false;
  for (uint32_t slot = 0; slot < TS_LISTENERS; slot++) {
    if (!slots_[slot]) continue;
    listeners |= 1U << slot;
    slots = slot + 1;
    device |= (slots_[slot]->Filter().conditions & TS_MATCH_DEVICE) != 0;
  }
  ts_shared& shared = ring_->Shared();
  shared.slots = slots;
  shared.device_conditions = device;
  __atomic_store_n(&shared.listeners, listeners, __ATOMIC_SEQ_CST);
}

void EventPump::SetVocabulary(std::shared_ptr<const Vocabulary> words) {
  std::lock_guard guard(lock_);
  words_ = std::move(words);
}

void EventPump::SetNames(std::shared_ptr<const Names> names) {
  std::lock_guard guard(lock_);
  names_ = std::move(names);
}

EventPump::Totals EventPump::Read() {
  std::lock_guard guard(lock_);
  Totals totals = totals_;
  totals.ringbuf = ring_->Lost(TS_LOST_ALL);
  totals.queue = queue_of_closed_;
  for (const auto& listener : slots_) {
    if (listener) totals.queue += listener->Drops().queue;
  }
  if (fault_ != 0) totals.fault = KernelError("wait for", "the event ring", fault_).what();
  if (!is_failing_) fault_ = 0;
  return totals;
}

void EventPump::Run() {
  while (running_) {
    Wait();
    // Events that woke nobody are there all the same, and those of a ring that cannot be waited for.
    Look();
  }
  Look();
}

void EventPump::Wait() {
  int error = ring_->Poll(kLookMs);
  bool is_failing = error < 0 && error != -EINTR;
  {
    std::lock_guard guard(lock_);
    is_failing_ = is_failing;
    if (is_failing) fault_ = -error;
  }
  if (!is_failing) return;
  std::this_thread::sleep_for(std::chrono::milliseconds(kLookMs));
  int64_t now = Nanoseconds(CLOCK_MONOTONIC);
  if (now - reopened_at_ < kReopenNs) return;
  reopened_at_ = now;
  ring_->Reopen();
}

void EventPump::Look() {
  FlushPending();
  ring_->Consume();
  std::lock_guard guard(lock_);
  EndBatch();
}

void EventPump::FlushPending() {
  if (ring_->Shared().listeners == 0) return;
  // Once in a look's time, not with every look: under load they follow each other at once, and this interrupts each
  // CPU.
  int64_t now = Nanoseconds(CLOCK_MONOTONIC);
  if (now - flushed_at_ < kLookMs * 1000000LL) return;
  flushed_at_ = now;
  ring_->Flush();
}

void EventPump::Handle(const void* record, size_t size) {
  std::lock_guard guard(lock_);
  try {
    Deliver(record, size);
  } catch (const std::exception&) {
    // libbpf's frames, through which nothing may be thrown, are between this and the loop.
    totals_.decode++;
  }
  if (++in_batch_ >= kBatch) EndBatch();
}

void EventPump::Deliver(const void* record, size_t size) {
  if (in_batch_ == 0) unix_offset_ = UnixOffsetNs();
  std::optional<EventView> view = EventView::Of(record, size);
  if (!view) {
    totals_.decode++;
    return;
  }
  for (uint32_t rest = view->Head().listeners; rest != 0; rest &= rest - 1) {
    Listener* listener = slots_[std::countr_zero(rest)].get();
    if (listener) listener->Append(*view, *words_, *names_, unix_offset_);
  }
}

void EventPump::Tell(ts_event& event, size_t size, const Subject& subject) {
  std::lock_guard guard(lock_);
  event.listeners = 0;
  for (uint32_t slot = 0; slot < TS_LISTENERS; slot++) {
    if (slots_[slot] && IsWanted(slots_[slot]->Filter(), event, subject)) event.listeners |= 1U << slot;
  }
  if (event.listeners == 0) return;
  std::optional<EventView> view = EventView::Of(&event, size);
  if (!view) {
    totals_.decode++;
    return;
  }
  int64_t unix_offset = UnixOffsetNs();
  for (uint32_t rest = event.listeners; rest != 0; rest &= rest - 1) {
    Listener& listener = *slots_[std::countr_zero(rest)];
    listener.Append(*view, *words_, *names_, unix_offset);
    listener.Announce();
  }
}

void EventPump::EndBatch() {
  in_batch_ = 0;
  for (uint32_t slot = 0; slot < TS_LISTENERS; slot++) {
    if (!slots_[slot]) continue;
    slots_[slot]->SetLostInRing(ring_->Lost(slot) - lost_before_[slot]);
    slots_[slot]->Announce();
  }
}

}  // namespace tablesnoop
