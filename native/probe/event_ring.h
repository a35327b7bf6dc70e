// SPDX-License-Identifier: BSD-2-Clause
// The kernel's side of events, as the pump needs it: the page both write, the filters, what was lost, and the ring.
// KernelRing is the real one; native unit tests have one in memory. Shared, Filters and Lost are for every thread, as
// the kernel reads and writes them at any time; the rest is for the pump's.
#pragma once

#include <bpf/libbpf.h>

#include <cstddef>
#include <cstdint>
#include <memory>

#include "../../bpf/tablesnoop_abi.h"
#include "mapping.h"
#include "object.h"

namespace tablesnoop {

class EventRing {
 public:
  // What records are handed to.
  class Reader {
   public:
    virtual void Handle(const void* record, size_t size) = 0;

   protected:
    ~Reader() = default;
  };

  virtual ~EventRing() = default;

  // Before the first Poll or Consume. Throws KernelError.
  virtual void Open(Reader& reader) = 0;
  // Waits for the kernel's wake-up and hands over what is there. Returns a negative errno if it cannot wait.
  virtual int Poll(int timeout_ms) = 0;
  // Hands over what is there, also what woke nobody.
  virtual void Consume() = 0;
  // Tries to mend what Poll waits on. Records that are there stay.
  virtual void Reopen() = 0;
  // Has the kernel put into the ring what it holds back.
  virtual void Flush() = 0;

  virtual ts_shared& Shared() const = 0;
  virtual ts_filters& Filters() const = 0;
  // Events that found no room: of a listener's slot, or TS_LOST_ALL.
  virtual uint64_t Lost(uint32_t column) const = 0;
};

class KernelRing : public EventRing {
 public:
  // The object must outlive this. Throws KernelError.
  explicit KernelRing(const Object& object);

  void Open(Reader& reader) override;
  int Poll(int timeout_ms) override;
  void Consume() override;
  void Reopen() override;
  void Flush() override;

  ts_shared& Shared() const override { return shared_[0]; }
  ts_filters& Filters() const override { return filters_[0]; }
  uint64_t Lost(uint32_t column) const override;

 private:
  static int OnRecord(void* reader, void* record, size_t size);

  struct Free {
    void operator()(ring_buffer* ring) const { ring_buffer__free(ring); }
  };

  const Object& object_;
  Mapping<ts_shared> shared_;
  Mapping<ts_filters> filters_;
  Mapping<uint64_t> lost_;
  uint32_t cpus_;
  Reader* reader_ = nullptr;
  std::unique_ptr<ring_buffer, Free> ring_;
};

}  // namespace tablesnoop
