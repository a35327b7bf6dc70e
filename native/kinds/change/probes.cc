// SPDX-License-Identifier: BSD-2-Clause
#include "../probes.h"

namespace tablesnoop {

// native/rtnetlink/ tells of them.
const KindProbes k_change_probes = {.hooks = {}, .needs_hooks = false};

}  // namespace tablesnoop
