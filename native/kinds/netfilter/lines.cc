// SPDX-License-Identifier: BSD-2-Clause
// Only counted: the lines of the lookups it takes are those of routes.
#include "../../lines/kind_ops.h"

namespace tablesnoop {

const KindOps kinds::netfilter = {"netfilter", kNoEvents, true, nullptr, nullptr};

}  // namespace tablesnoop
