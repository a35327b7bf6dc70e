// SPDX-License-Identifier: BSD-2-Clause
// A lookup as one JSON object. docs/lines.md says what its keys mean; all are always present. What is of one kind alone
// is in native/kinds/.
#pragma once

#include <string>

#include "event_view.h"
#include "words.h"

namespace tablesnoop {

// unix_offset: what to add to ts_event.time for nanoseconds of CLOCK_REALTIME. No newline.
void AppendJson(std::string& out, const EventView& view, const Vocabulary& words, const Names& names,
                int64_t unix_offset);

}  // namespace tablesnoop
