// SPDX-License-Identifier: BSD-2-Clause
// One record of the ring, checked once: of a known kind and long enough for it. Points into the record.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>

#include "../../bpf/tablesnoop_abi.h"

#define TS_KIND(word, number) struct ts_##word##_event;
#include "../../bpf/kinds.def"
#undef TS_KIND

namespace tablesnoop {

// The kind whose event this type is.
template <typename Event>
struct KindOf;
#define TS_KIND(word, number)                \
  template <>                                \
  struct KindOf<ts_##word##_event> {         \
    static constexpr uint8_t kKind = number; \
  };
#include "../../bpf/kinds.def"
#undef TS_KIND

class EventView {
 public:
  // Nothing if the record is too short, of a kind nobody knows, or of a family its kind does not have. `record` is
  // aligned as the ring aligns it, to 8 bytes.
  static std::optional<EventView> Of(const void* record, size_t size);

  const ts_event& Head() const { return *static_cast<const ts_event*>(record_); }

  // The whole event. A mistake of ours if it is of another kind.
  template <typename Event>
  const Event& As() const {
    if (Head().kind != KindOf<Event>::kKind) throw std::logic_error("an event was read as one of another kind");
    return *static_cast<const Event*>(record_);
  }

 private:
  explicit EventView(const void* record) : record_(record) {}

  const void* record_;
};

}  // namespace tablesnoop
