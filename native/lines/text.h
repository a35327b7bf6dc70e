// SPDX-License-Identifier: BSD-2-Clause
// The text line of a lookup: the original's, byte for byte, for routes; ours for rules. docs/lines.md is the grammar.
#pragma once

#include <string>

#include "../../bpf/tablesnoop_abi.h"
#include "words.h"

namespace tablesnoop {

struct TextStyle {
  bool verbose;
  bool colour;
};

// event must be the head of its kind's event. Ends with a newline.
void AppendText(std::string& out, const ts_event& event, const Vocabulary& words, const TextStyle& style);

}  // namespace tablesnoop
