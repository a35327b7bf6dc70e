// SPDX-License-Identifier: BSD-2-Clause
// A lookup as one JSON object. docs/lines.md says what its keys mean; all are always present.
#pragma once

#include <string>

#include "../../bpf/tablesnoop_abi.h"
#include "words.h"

namespace tablesnoop {

// unix_offset: what to add to ts_event.time for nanoseconds of CLOCK_REALTIME. event must be the head
// of its kind's event. No newline.
void AppendJson(std::string& out, const ts_event& event, const Vocabulary& words, const Names& names,
                int64_t unix_offset);

}  // namespace tablesnoop
