// SPDX-License-Identifier: BSD-2-Clause
// The last changes of routes in other namespaces, as bpf/kinds/change keeps them whether or not anybody listens. Used
// by one thread.
#pragma once

#include <cstdint>

#include "../../../bpf/kinds/change/event.h"
#include "../../probe/mapping.h"
#include "../../probe/object.h"
#include "../../rtnetlink/change_log.h"

namespace tablesnoop {

class ChangesElsewhere {
 public:
  // The object may go before this. Throws KernelError.
  explicit ChangesElsewhere(const Object& object);

  // With all that were kept until now. Of more than are kept between two calls, the first are missing.
  const ChangeLog& Read();

 private:
  Mapping<ts_changes_elsewhere> begun_;
  Mapping<ts_kept_change> kept_;
  uint64_t read_ = 0;  // number of the last one
  ChangeLog log_;
};

}  // namespace tablesnoop
