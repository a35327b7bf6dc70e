// SPDX-License-Identifier: BSD-2-Clause
// Carries events from the ring to the listeners. A thread of its own runs while there is a listener: started with the
// first, woken by a full ring or a short timeout, ended (and joined) when the last one leaves. All public methods are
// for the thread that owns the session; callbacks of listeners come on the pump's.
#pragma once

#include <bpf/libbpf.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>

#include "../../bpf/tablesnoop_abi.h"
#include "../lines/words.h"
#include "listener.h"
#include "mapping.h"
#include "object.h"

namespace tablesnoop {

class EventPump {
 public:
  // The object must outlive this.
  explicit EventPump(const Object& object);
  ~EventPump();
  EventPump(const EventPump&) = delete;
  EventPump& operator=(const EventPump&) = delete;

  // Throws KernelError if every slot is taken.
  std::shared_ptr<Listener> Open(const ListenerSettings& settings, std::function<void()> on_lines);
  // The kernel stops emitting for it; no callback runs after this returns.
  void Close(const std::shared_ptr<Listener>& listener);
  // The namespace a listener asked for by name may be another one now.
  void ChangeFilter(const std::shared_ptr<Listener>& listener, const ts_filter& filter);

  // A hook on the choice among IPv6 nexthops is attached: events of such lookups wait for it.
  void ExpectChoice6() { shared_[0].sees_choice6 = 1; }

  void SetVocabulary(std::shared_ptr<const Vocabulary> words);
  void SetNames(std::shared_ptr<const Names> names);

  struct Totals {
    uint64_t ringbuf = 0;
    uint64_t queue = 0;
    uint64_t decode = 0;
  };
  Totals Read();

 private:
  using Slots = std::array<std::shared_ptr<Listener>, TS_LISTENERS>;

  void Publish();
  void Run();
  void Look();
  void FlushPending();
  void Handle(const void* data, size_t size);
  void EndBatch();
  uint64_t Lost(uint32_t column) const;
  static int OnRecord(void* self, void* data, size_t size);

  struct FreeRing {
    void operator()(ring_buffer* ring) const { ring_buffer__free(ring); }
  };

  const Object& object_;
  Mapping<ts_shared> shared_;
  Mapping<ts_filters> filters_;
  Mapping<uint64_t> lost_;
  uint32_t cpus_;
  std::unique_ptr<ring_buffer, FreeRing> ring_;
  std::thread thread_;
  std::atomic<bool> running_ = false;
  int64_t flushed_at_ = 0;  // pump thread only; ns, CLOCK_MONOTONIC

  std::mutex lock_;  // guards what follows; the pump holds it while it handles a batch
  Slots slots_;
  std::array<uint64_t, TS_LISTENERS> lost_before_ = {};  // what a slot had lost when its listener came
  std::shared_ptr<const Vocabulary> words_;
  std::shared_ptr<const Names> names_;
  Totals totals_;
  uint64_t queue_of_closed_ = 0;
  int64_t unix_offset_ = 0;
  uint32_t in_batch_ = 0;
};

}  // namespace tablesnoop
