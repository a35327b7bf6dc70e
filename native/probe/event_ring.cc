// SPDX-License-Identifier: BSD-2-Clause
#include "event_ring.h"

#include <bpf/bpf.h>

#include <cerrno>
#include <cstdlib>

#include "kernel_error.h"

#if defined(TABLESNOOP_TEST_HOOKS)
#include <unistd.h>
#endif

namespace tablesnoop {

namespace {

// Builds for tests can be made to fail: while the file of this name exists, nothing can be polled.
bool IsToFail() {
#if defined(TABLESNOOP_TEST_HOOKS)
  const char* file = getenv("TABLESNOOP_POLL_FAILS_WHILE");
  return file && access(file, F_OK) == 0;
#else
  return false;
#endif
}

}  // namespace

KernelRing::KernelRing(const Object& object)
    : object_(object),
      shared_(object.Map(".data.shared")),
      filters_(object.Map(".data.filters")),
      lost_(object.Map("events_lost")),
      cpus_(static_cast<uint32_t>(lost_.Size() / TS_LOST_COLUMNS)) {}

void KernelRing::Open(Reader& reader) {
  reader_ = &reader;
  Reopen();
  if (!ring_) throw KernelError("open", "the event ring", errno);
}

int KernelRing::Poll(int timeout_ms) { return IsToFail() ? -EBADF : ring_buffer__poll(ring_.get(), timeout_ms); }

void KernelRing::Consume() { ring_buffer__consume(ring_.get()); }

void KernelRing::Reopen() {
  // The kernel keeps how far was read, so the new one goes on where the old one was.
  ring_buffer* ring = ring_buffer__new(bpf_map__fd(object_.Map("events")), OnRecord, reader_, nullptr);
  if (ring) ring_.reset(ring);
}

void KernelRing::Flush() {
  // If it fails, reading the counters says so.
  object_.GiveUp();
  if (!object_.HasTrampolines()) return;
  for (uint32_t cpu = 0; cpu < cpus_; cpu++) {
    LIBBPF_OPTS(bpf_test_run_opts, options, .flags = BPF_F_TEST_RUN_ON_CPU, .cpu = cpu);
    // A CPU that is offline has nothing pending.
    bpf_prog_test_run_opts(bpf_program__fd(object_.Program("flush")), &options);
  }
}

uint64_t KernelRing::Lost(uint32_t column) const {
  uint64_t sum = 0;
  for (uint32_t cpu = 0; cpu < cpus_; cpu++) {
    sum += __atomic_load_n(&lost_[cpu * TS_LOST_COLUMNS + column], __ATOMIC_RELAXED);
  }
  return sum;
}

int KernelRing::OnRecord(void* reader, void* record, size_t size) {
  static_cast<Reader*>(reader)->Handle(record, size);
  return 0;
}

}  // namespace tablesnoop
