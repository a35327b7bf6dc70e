// SPDX-License-Identifier: BSD-2-Clause
// Counted by the programs of route lookups.
#include "../probes.h"

namespace tablesnoop {

const KindProbes k_encap_probes = {.hooks = {}, .seen_by = TS_KIND_route};

}  // namespace tablesnoop
