// SPDX-License-Identifier: BSD-2-Clause
// The line of a route that a connected socket remembered: something sent without a lookup.
#include "../../../bpf/kinds/socket_cache/event.h"
#include "../../lines/append.h"
#include "../../lines/flow.h"
#include "../../lines/json_keys.h"
#include "../../lines/kind_ops.h"

namespace tablesnoop {

namespace {

void Text(std::string& out, const EventView& view, const Vocabulary&, const TextStyle& style) {
  const auto& held = view.As<ts_socket_cache_event>();
  if (style.verbose >= TextStyle::kFlow) AppendNetnsText(out, held.head);
  out.append(held.head.family == TS_IPV6 ? "socket6: src: " : "socket4: src: ");
  AppendAddress(out, held.head.family, held.src);
  out.append(" dst: ");
  AppendAddress(out, held.head.family, held.dst);
  out.append(" --> ");
  AppendNexthopText(out, held.head, HeldGateway(held), held.gateway_family);
  AppendDevice(out, held.head.device);
}

void Json(std::string& out, const EventView& view, const Vocabulary& words, const Names&) {
  const auto& held = view.As<ts_socket_cache_event>();
  AppendKeyAddress(out, "src", held.head.family, held.src);
  AppendKeyAddress(out, "dst", held.head.family, held.dst);
  AppendKeyAddress(out, "gateway", held.gateway_family, HeldGateway(held));
  AppendKeyName(out, "egress", held.head.device);
  AppendKeyWord(out, "result", &words.Result(held.head));
}

}  // namespace

const KindOps kinds::socket_cache = {"socket-cache", sizeof(ts_socket_cache_event), true, Json, Text};

}  // namespace tablesnoop
