// SPDX-License-Identifier: BSD-2-Clause
// A change of a route as the kernel's events have it, and as the log of changes does. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "../../../bpf/kinds/change/event.h"
#include "../../rtnetlink/change_log.h"

namespace tablesnoop {

// unix_offset_ns: as UnixOffsetNs() of probe/clock.h. Nothing: the event is of no family, or of no change known.
std::optional<RouteChange> ChangeOf(const ts_change_event& event, int64_t unix_offset_ns);

// Its time and its namespace's inode are left 0.
ts_change_event EventOf(const RouteChange& change);

}  // namespace tablesnoop
