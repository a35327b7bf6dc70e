// SPDX-License-Identifier: BSD-2-Clause
#include "listener.h"

#include <utility>

#include "../lines/append.h"
#include "../lines/json.h"
#include "../lines/text.h"

namespace tablesnoop {

Listener::Listener(const ListenerSettings& settings, uint64_t since, std::function<void()> on_lines)
    : settings_(settings), since_(since), on_lines_(std::move(on_lines)) {}

void Listener::Append(const EventView& view, const Vocabulary& words, const Names& names, int64_t unix_offset) {
  if (view.Head().time < since_) return;
  std::lock_guard guard(lock_);
  if (waiting_.size() >= settings_.queue_bytes) {
    dropped_.queue++;
    untold_++;
    return;
  }
  TellDrops();
  size_t before = waiting_.size();
  try {
    Format(view, words, names, unix_offset);
    waiting_count_++;
  } catch (...) {
    // No half lines.
    waiting_.resize(before);
    throw;
  }
}

void Listener::Format(const EventView& view, const Vocabulary& words, const Names& names, int64_t unix_offset) {
  switch (settings_.format) {
    case LineFormat::kText:
      AppendText(waiting_, view, words, settings_.style);
      break;
    case LineFormat::kJson:
      AppendJson(waiting_, view, words, names, unix_offset);
      waiting_.push_back('\n');
      break;
    case LineFormat::kServerSentEvents:
      waiting_.append("data: ");
      AppendJson(waiting_, view, words, names, unix_offset);
      waiting_.append("\n\n");
      break;
  }
}

void Listener::TellDrops() {
  if (untold_ == 0) return;
  uint64_t count = std::exchange(untold_, 0);
  if (!settings_.tells_drops) return;
  switch (settings_.format) {
    case LineFormat::kText:
      waiting_.append("# dropped ");
      AppendNumber(waiting_, count);
      waiting_.append(" lines\n");
      break;
    case LineFormat::kJson:
      waiting_.append("{\"dropped\":");
      AppendNumber(waiting_, count);
      waiting_.append("}\n");
      break;
    case LineFormat::kServerSentEvents:
      waiting_.append("event: dropped\ndata: {\"dropped\":");
      AppendNumber(waiting_, count);
      waiting_.append("}\n\n");
      break;
  }
}

void Listener::SetLostInRing(uint64_t total) {
  std::lock_guard guard(lock_);
  untold_ += total - dropped_.ringbuf;
  dropped_.ringbuf = total;
}

void Listener::Announce() {
  {
    std::lock_guard guard(lock_);
    if (announced_ || (waiting_.empty() && untold_ == 0)) return;
    announced_ = true;
  }
  on_lines_();
}

Listener::Lines Listener::Take() {
  std::lock_guard guard(lock_);
  TellDrops();
  announced_ = false;
  return {std::exchange(waiting_, std::string()), std::exchange(waiting_count_, 0)};
}

void Listener::Forget() {
  std::lock_guard guard(lock_);
  waiting_ = std::string();
  waiting_count_ = 0;
}

Dropped Listener::Drops() {
  std::lock_guard guard(lock_);
  return dropped_;
}

}  // namespace tablesnoop
