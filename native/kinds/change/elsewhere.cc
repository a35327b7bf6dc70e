// SPDX-License-Identifier: BSD-2-Clause
#include "elsewhere.h"

#include <optional>

#include "../../probe/clock.h"
#include "conversion.h"

namespace tablesnoop {

ChangesElsewhere::ChangesElsewhere(const Object& object)
    : begun_(object.Map(".data.change")), kept_(object.Map("kept_changes")) {}

const ChangeLog& ChangesElsewhere::Read() {
  uint64_t begun = __atomic_load_n(&begun_[0].begun, __ATOMIC_ACQUIRE);
  if (begun > read_ + kept_.Size()) read_ = begun - kept_.Size();
  if (begun == read_) return log_;
  int64_t unix_offset_ns = UnixOffsetNs();
  while (read_ < begun) {
    const ts_kept_change& kept = kept_[read_ % kept_.Size()];
    // It is being written: the next call takes it.
    if (__atomic_load_n(&kept.number, __ATOMIC_ACQUIRE) <= read_) break;
    ts_change_event event = kept.event;
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    read_++;
    // A later one has taken its place, before or meanwhile.
    if (__atomic_load_n(&kept.number, __ATOMIC_RELAXED) != read_) continue;
    if (std::optional<RouteChange> change = ChangeOf(event, unix_offset_ns)) log_.Enter(*change);
  }
  return log_;
}

}  // namespace tablesnoop
