// SPDX-License-Identifier: BSD-2-Clause
// The text line of a lookup. docs/lines.md is the grammar; what is of one kind alone is in native/kinds/.
#pragma once

#include <cstdint>
#include <string>

#include "event_view.h"
#include "words.h"

namespace tablesnoop {

struct TextStyle {
  static constexpr uint8_t kFlow = 1;     // -v: who looked up where, as the original tool says it
  static constexpr uint8_t kDetails = 2;  // -vv: the result and more behind that

  uint8_t verbose;
  bool colour;
};

// Ends with a newline.
void AppendText(std::string& out, const EventView& view, const Vocabulary& words, const TextStyle& style);

}  // namespace tablesnoop
