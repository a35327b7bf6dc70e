// SPDX-License-Identifier: BSD-2-Clause
#include "event_view.h"

#include "kind_ops.h"

namespace tablesnoop {

std::optional<EventView> EventView::Of(const void* record, size_t size) {
  if (size < sizeof(ts_event)) return std::nullopt;
  EventView view(record);
  const ts_event& head = view.Head();
  if (head.kind >= TS_KINDS) return std::nullopt;
  const KindOps& ops = OpsOf(head.kind);
  bool has_family = head.family == TS_IPV4 || head.family == TS_IPV6;
  if (size < ops.event_size || has_family != ops.has_family) return std::nullopt;
  if (ops.size_of && size < ops.size_of(head)) return std::nullopt;
  return view;
}

}  // namespace tablesnoop
