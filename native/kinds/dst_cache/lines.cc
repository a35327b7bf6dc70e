// SPDX-License-Identifier: BSD-2-Clause
// The line of a route that a tunnel remembered: a packet that was sent without a lookup.
#include "../../../bpf/kinds/dst_cache/event.h"
#include "../../lines/append.h"
#include "../../lines/flow.h"
#include "../../lines/json_keys.h"
#include "../../lines/kind_ops.h"

namespace tablesnoop {

namespace {

void Text(std::string& out, const EventView& view, const Vocabulary&, const TextStyle& style) {
  const auto& cached = view.As<ts_dst_cache_event>();
  if (style.verbose >= TextStyle::kFlow) AppendNetnsText(out, cached.head);
  out.append(cached.head.family == TS_IPV6 ? "cache6: src: " : "cache4: src: ");
  AppendAddress(out, cached.head.family, cached.src);
  out.append(" --> ");
  AppendNexthopText(out, cached.head, HeldGateway(cached), cached.gateway_family);
  AppendDevice(out, cached.head.device);
}

void Json(std::string& out, const EventView& view, const Vocabulary& words, const Names&) {
  const auto& cached = view.As<ts_dst_cache_event>();
  AppendKeyAddress(out, "src", cached.head.family, cached.src);
  AppendKeyAddress(out, "gateway", cached.gateway_family, HeldGateway(cached));
  AppendKeyName(out, "egress", cached.head.device);
  AppendKeyWord(out, "result", &words.Result(cached.head));
}

}  // namespace

const KindOps kinds::dst_cache = {"dst-cache", sizeof(ts_dst_cache_event), true, Json, Text};

}  // namespace tablesnoop
