// SPDX-License-Identifier: BSD-2-Clause
// One listener: what it wants, in which format, and the lines that wait for it. The pump thread appends, the listener's
// own thread takes; both through a lock held for moments. A listener that does not take loses lines, and nobody waits.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>

#include "../../bpf/tablesnoop_abi.h"
#include "../lines/event_view.h"
#include "../lines/text.h"
#include "../lines/words.h"

namespace tablesnoop {

enum class LineFormat { kText, kJson, kServerSentEvents };

struct ListenerSettings {
  ts_filter filter;
  LineFormat format;
  TextStyle style;   // of text
  bool tells_drops;  // a line where lines were lost
  size_t queue_bytes;
};

struct Dropped {
  uint64_t ringbuf = 0;
  uint64_t queue = 0;
};

class Listener {
 public:
  // on_lines: called on the pump thread, without the lock, when lines wait and none waited before.
  Listener(const ListenerSettings& settings, uint64_t since, std::function<void()> on_lines);

  // Pump thread. Events from before the listener came are not for it (its slot may have been another's).
  void Append(const EventView& view, const Vocabulary& words, const Names& names, int64_t unix_offset);
  // Pump thread. Total of events that found no room in the ring.
  void SetLostInRing(uint64_t total);
  // Pump thread, after a batch: calls on_lines if there is reason.
  void Announce();

  struct Lines {
    std::string text;
    uint64_t count = 0;
  };
  // Any thread. Takes all that waits, with a word on lines lost since if that is to be told.
  Lines Take();
  // Any thread, once nothing is appended any more: whoever still holds the listener holds no lines.
  void Forget();
  Dropped Drops();

  const ts_filter& Filter() const { return settings_.filter; }
  void SetFilter(const ts_filter& filter) { settings_.filter = filter; }

 private:
  void Format(const EventView& view, const Vocabulary& words, const Names& names, int64_t unix_offset);
  void TellDrops();

  ListenerSettings settings_;
  uint64_t since_;
  std::function<void()> on_lines_;
  std::mutex lock_;
  std::string waiting_;
  uint64_t waiting_count_ = 0;
  uint64_t untold_ = 0;
  bool announced_ = false;
  Dropped dropped_;
};

}  // namespace tablesnoop
