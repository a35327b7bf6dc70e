// SPDX-License-Identifier: BSD-2-Clause
#include "event_pump.h"

#include <bpf/bpf.h>

#include <bit>
#include <cerrno>
#include <ctime>
#include <utility>

#include "../../bpf/kinds/route/event.h"
#include "../../bpf/kinds/rule/event.h"
#include "kernel_error.h"

namespace tablesnoop {

namespace {

// How long a single event may wait; under load the kernel wakes us (settings.wake_bytes).
constexpr int kLookMs = 20;
// Events handled before listeners hear of them and others get the lock.
constexpr uint32_t kBatch = 1024;

// By kind.
constexpr size_t kEventSizes[] = {
#define TS_KIND(word, number) sizeof(ts_##word##_event),
#include "../../bpf/kinds.def"
#undef TS_KIND
};

int64_t Nanoseconds(clockid_t clock) {
  timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

}  // namespace

EventPump::EventPump(const Object& object)
    : object_(object),
      shared_(object.Map(".data.shared")),
      filters_(object.Map(".data.filters")),
      lost_(object.Map("events_lost")),
      cpus_(static_cast<uint32_t>(lost_.Size() / TS_LOST_COLUMNS)),
      words_(std::make_shared<Vocabulary>()),
      names_(std::make_shared<Names>()) {
  ring_.reset(ring_buffer__new(bpf_map__fd(object.Map("events")), OnRecord, this, nullptr));
  if (!ring_) throw KernelError("open", "the event ring", errno);
}

EventPump::~EventPump() {
  shared_[0].listeners = 0;
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
    lost_before_[slot] = Lost(slot);
    filters_[0].slot[slot] = settings.filter;
    Publish();
  }
  if (!thread_.joinable()) {
    running_ = true;
    thread_ = std::thread([this] { Run(); });
  }
  return listener;
}

void EventPump::Close(const std::shared_ptr<Listener>& listener) {
  bool is_last = true;
  {
    std::lock_guard guard(lock_);
    for (uint32_t slot = 0; slot < TS_LISTENERS; slot++) {
      if (slots_[slot] == listener) {
        queue_of_closed_ += listener->Drops().queue;
        slots_[slot].reset();
      }
      if (slots_[slot]) is_last = false;
    }
    Publish();
  }
  if (!is_last || !thread_.joinable()) return;
  running_ = false;
  thread_.join();
}

void EventPump::ChangeFilter(const std::shared_ptr<Listener>& listener, const ts_filter& filter) {
  std::lock_guard guard(lock_);
  for (uint32_t slot = 0; slot < TS_LISTENERS; slot++) {
    if (slots_[slot] != listener) continue;
    // Out of use while it is written, as the kernel reads it without a lock.
    __atomic_fetch_and(&shared_[0].listeners, ~(1U << slot), __ATOMIC_SEQ_CST);
    filters_[0].slot[slot] = filter;
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
  shared_[0].slots = slots;
  shared_[0].device_conditions = device;
  __atomic_store_n(&shared_[0].listeners, listeners, __ATOMIC_SEQ_CST);
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
  totals.ringbuf = Lost(TS_LOST_ALL);
  totals.queue = queue_of_closed_;
  for (const auto& listener : slots_) {
    if (listener) totals.queue += listener->Drops().queue;
  }
  return totals;
}

void EventPump::Run() {
  while (running_) {
    // Events that woke nobody are there all the same: look whatever the poll says.
    int error = ring_buffer__poll(ring_.get(), kLookMs);
    if (error < 0 && error != -EINTR) running_ = false;
    Look();
  }
  Look();
}

void EventPump::Look() {
  FlushPending();
  ring_buffer__consume(ring_.get());
  std::lock_guard guard(lock_);
  EndBatch();
}

void EventPump::FlushPending() {
  if (!object_.HasTrampolines() || shared_[0].listeners == 0) return;
  // Once in a look's time, not with every look: under load they follow each other at once, and this interrupts each CPU.
  int64_t now = Nanoseconds(CLOCK_MONOTONIC);
  if (now - flushed_at_ < kLookMs * 1000000LL) return;
  flushed_at_ = now;
  for (uint32_t cpu = 0; cpu < cpus_; cpu++) {
    LIBBPF_OPTS(bpf_test_run_opts, options, .flags = BPF_F_TEST_RUN_ON_CPU, .cpu = cpu);
    // A CPU that is offline has nothing pending.
    bpf_prog_test_run_opts(bpf_program__fd(object_.Program("flush")), &options);
  }
}

int EventPump::OnRecord(void* self, void* data, size_t size) {
  static_cast<EventPump*>(self)->Handle(data, size);
  return 0;
}

void EventPump::Handle(const void* data, size_t size) {
  std::lock_guard guard(lock_);
  if (in_batch_ == 0) unix_offset_ = Nanoseconds(CLOCK_REALTIME) - Nanoseconds(CLOCK_MONOTONIC);
  const ts_event* event = static_cast<const ts_event*>(data);
  if (size < sizeof(ts_event) || event->kind >= TS_KINDS || size < kEventSizes[event->kind]) {
    totals_.decode++;
    return;
  }
  for (uint32_t rest = event->listeners; rest != 0; rest &= rest - 1) {
    Listener* listener = slots_[std::countr_zero(rest)].get();
    if (!listener) continue;
    listener->Append(*event, *words_, *names_, unix_offset_);
  }
  if (++in_batch_ >= kBatch) EndBatch();
}

void EventPump::EndBatch() {
  in_batch_ = 0;
  for (uint32_t slot = 0; slot < TS_LISTENERS; slot++) {
    if (!slots_[slot]) continue;
    slots_[slot]->SetLostInRing(Lost(slot) - lost_before_[slot]);
    slots_[slot]->Announce();
  }
}

uint64_t EventPump::Lost(uint32_t column) const {
  uint64_t sum = 0;
  for (uint32_t cpu = 0; cpu < cpus_; cpu++) {
    sum += __atomic_load_n(&lost_[cpu * TS_LOST_COLUMNS + column], __ATOMIC_RELAXED);
  }
  return sum;
}

}  // namespace tablesnoop
