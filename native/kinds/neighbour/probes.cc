// SPDX-License-Identifier: BSD-2-Clause
#include "../probes.h"

namespace tablesnoop {

namespace {

using enum Mechanism;
using enum Grade;

// An answer, or an admin, ends a resolution: before and after the change.
constexpr Purpose kUpdates{TS_KIND_neighbour, 0};
// No answer came.
constexpr Purpose kTimeouts{TS_KIND_neighbour, 1};
constexpr Purpose kWaiting{TS_KIND_neighbour, 2};

void Attach(const Attaching& session) {
  session.attachments.All(kUpdates);
  session.attachments.First(kTimeouts);
  session.attachments.First(kWaiting);
}

}  // namespace

const KindProbes k_neighbour_probes = {
    .hooks = {{"neighbour_update", "neigh_update", kTracepoint, kUpdates, kExact},
              {"neighbour_updated", "neigh_update_done", kTracepoint, kUpdates, kExact},
              {"neighbour_timer", "neigh_timer_handler", kTracepoint, kTimeouts, kExact},
              {"neighbour_waits", "neigh_event_send_done", kTracepoint, kWaiting, kExact}},
    .attach = Attach,
};

}  // namespace tablesnoop
