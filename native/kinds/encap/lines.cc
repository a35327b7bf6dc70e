// SPDX-License-Identifier: BSD-2-Clause
// Only counted: the line of the route tells of the tunnel (tunnel.h).
#include "../../lines/kind_ops.h"

namespace tablesnoop {

const KindOps kinds::encap = {"encap", kNoEvents, true, nullptr, nullptr};

}  // namespace tablesnoop
