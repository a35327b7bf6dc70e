// SPDX-License-Identifier: BSD-2-Clause
// What lines need to know of a kind, one row for each line of bpf/kinds.def: native/kinds/WORD/lines.cc defines
// kinds::WORD.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "event_view.h"
#include "text.h"
#include "words.h"

namespace tablesnoop {

// The event_size of a kind that is only counted: no record is as long.
inline constexpr size_t kNoEvents = SIZE_MAX;

struct KindOps {
  const char* word;
  size_t event_size;  // of the shortest
  bool has_family;    // its events are of IPv4 or of IPv6; else of TS_NO_FAMILY

  // Keys of the JSON object behind `netns`, each with a comma before it.
  void (*json)(std::string& out, const EventView& view, const Vocabulary& words, const Names& names);
  // The line without colour and newline.
  void (*text)(std::string& out, const EventView& view, const Vocabulary& words, const TextStyle& style);
  // What is said of it behind the result at TextStyle::kDetails: " key: value" each. Null: nothing.
  void (*details)(std::string& out, const EventView& view) = nullptr;
  // If its events are not all as long: the size of this one, which has at least event_size bytes.
  size_t (*size_of)(const ts_event& head) = nullptr;
};

namespace kinds {
#define TS_KIND(word, number) extern const KindOps word;
#include "../../bpf/kinds.def"
#undef TS_KIND
}  // namespace kinds

// kind: below TS_KINDS.
const KindOps& OpsOf(uint8_t kind);

}  // namespace tablesnoop
