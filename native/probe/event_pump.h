// SPDX-License-Identifier: BSD-2-Clause
// Carries events from the ring to the listeners. A thread of its own runs while there is a listener: started with the
// first, woken by a full ring or a short timeout, ended (and joined) when the last one leaves. Whatever fails meanwhile
// is tried again. Public methods are for the thread that owns the session unless they say otherwise; callbacks of
// listeners come on the pump's or on that of Tell.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "../../bpf/tablesnoop_abi.h"
#include "../lines/words.h"
#include "event_ring.h"
#include "listener.h"

namespace tablesnoop {

class EventPump : private EventRing::Reader {
 public:
  // Throws KernelError if the ring cannot be opened.
  explicit EventPump(std::unique_ptr<EventRing> ring);
  ~EventPump();
  EventPump(const EventPump&) = delete;
  EventPump& operator=(const EventPump&) = delete;

  // Throws KernelError if every slot is taken, or no thread can be had.
  std::shared_ptr<Listener> Open(const ListenerSettings& settings, std::function<void()> on_lines);
  // The kernel stops emitting for it; no callback runs after this returns.
  void Close(const std::shared_ptr<Listener>& listener);
  // The namespace a listener asked for by name may be another one now.
  void ChangeFilter(const std::shared_ptr<Listener>& listener, const ts_filter& filter);

  // A hook on the choice among IPv6 nexthops is attached: events of such lookups wait for it.
  void ExpectChoice6() { ring_->Shared().sees_choice6 = 1; }
  // A hook on walks of the rules is attached: they end decisions.
  void ExpectRules() { ring_->Shared().sees_rules = 1; }

  void SetVocabulary(std::shared_ptr<const Vocabulary> words);
  void SetNames(std::shared_ptr<const Names> names);

  // What filters look at beyond the head.
  struct Subject {
    uint32_t table;
    uint32_t dst[4];  // network order, IPv4 in the first word
  };
  // Any thread. An event that comes by another way than the ring: its slots are chosen here. It has no source address.
  void Tell(ts_event& event, size_t size, const Subject& subject);

  struct Totals {
    uint64_t ringbuf = 0;
    uint64_t queue = 0;
    uint64_t decode = 0;
    // Why the ring could not be waited for since the last Read, in words; empty if it could. Events come all the same,
    // but late.
    std::string fault;
  };
  Totals Read();

 private:
  using Slots = std::array<std::shared_ptr<Listener>, TS_LISTENERS>;

  void StartThread();
  void Remove(const std::shared_ptr<Listener>& listener);
  void Publish();
  void Run();
  void Wait();
  void Look();
  void FlushPending();
  void Handle(const void* record, size_t size) override;
  void Deliver(const void* record, size_t size);
  void EndBatch();

  std::unique_ptr<EventRing> ring_;
  std::thread thread_;
  std::atomic<bool> running_ = false;
  int64_t flushed_at_ = 0;   // pump thread only; ns, CLOCK_MONOTONIC
  int64_t reopened_at_ = 0;  // so is this

  std::mutex lock_;  // guards what follows; the pump takes it for each event
  Slots slots_;
  std::array<uint64_t, TS_LISTENERS> lost_before_ = {};  // what a slot had lost when its listener came
  std::shared_ptr<const Vocabulary> words_;
  std::shared_ptr<const Names> names_;
  Totals totals_;
  uint64_t queue_of_closed_ = 0;
  int64_t unix_offset_ = 0;
  uint32_t in_batch_ = 0;
  int fault_ = 0;  // errno
  bool is_failing_ = false;
};

}  // namespace tablesnoop
