// SPDX-License-Identifier: BSD-2-Clause
// The line of a route that a tunnel remembered: a packet that was sent without a lookup.
#include "../../../bpf/kinds/dst_cache/event.h"
#include "../../lines/append.h"
#include "../../lines/flow.h"
#include "../../lines/json_keys.h"
#include "../../lines/kind_ops.h"

namespace tablesnoop {

namespace {

bool HasGateway(const ts_dst_cache_event& cached) { return cached.gateway_family != TS_NO_FAMILY; }

void Text(std::string& out, const EventView& view, const Vocabulary&, const TextStyle& style) {
  const auto& cached = view.As<ts_dst_cache_event>();
  if (style.verbose >= TextStyle::kFlow) AppendNetnsText(out, cached.head);
  out.append(cached.head.family == TS_IPV6 ? "cache6: src: " : "cache4: src: ");
  AppendAddress(out, cached.head.family, cached.src);
  out.append(" --> ");
  AppendNexthopText(out, cached.head, HasGateway(cached) ? cached.gateway : nullptr, cached.gateway_family);
  AppendDevice(out, cached.head.device);
}

void Json(std::string& out, const EventView& view, const Vocabulary& words, const Names&) {
  const auto& cached = view.As<ts_dst_cache_event>();
  AppendKeyAddress(out, "src", cached.head.family, cached.src);
  if (HasGateway(cached)) {
    AppendKeyAddress(out, "gateway", cached.gateway_family, cached.gateway);
  } else {
    AppendKeyWord(out, "gateway", nullptr);
  }
  AppendKeyName(out, "egress", cached.head.device);
  AppendKeyWord(out, "result", &words.Result(cached.head));
}

}  // namespace

const KindOps kinds::dst_cache = {"dst-cache", sizeof(ts_dst_cache_event), true, Json, Text};

}  // namespace tablesnoop
