// SPDX-License-Identifier: BSD-2-Clause
// The kernel's side of events in memory: a test puts records in and says how polling goes. Any thread.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "../../native/probe/event_ring.h"

namespace tablesnoop {

class FakeRing : public EventRing {
 public:
  // What every poll returns; 0 waits a moment, as the kernel does without records.
  std::atomic<int> poll_result = 0;
  std::atomic<int> polls = 0;
  std::atomic<int> reopened = 0;
  std::atomic<int> flushed = 0;
  std::array<std::atomic<uint64_t>, TS_LOST_COLUMNS> lost = {};

  void Put(const void* record, size_t size) {
    std::lock_guard guard(lock_);
    const char* bytes = static_cast<const char*>(record);
    records_.emplace_back(bytes, bytes + size);
  }

  void Open(Reader& reader) override { reader_ = &reader; }

  int Poll(int) override {
    polls++;
    int result = poll_result;
    if (result == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return result;
  }

  void Consume() override {
    std::deque<std::vector<char>> records;
    {
      std::lock_guard guard(lock_);
      records.swap(records_);
    }
    // Each in an allocation of its own size, so that AddressSanitizer sees a read beyond it.
    for (const auto& record : records) reader_->Handle(record.data(), record.size());
  }

  void Reopen() override { reopened++; }
  void Flush() override { flushed++; }
  ts_shared& Shared() const override { return shared_; }
  ts_filters& Filters() const override { return filters_; }
  uint64_t Lost(uint32_t column) const override { return lost[column]; }

 private:
  Reader* reader_ = nullptr;
  std::mutex lock_;
  std::deque<std::vector<char>> records_;
  mutable ts_shared shared_ = {};
  mutable ts_filters filters_ = {};
};

}  // namespace tablesnoop
