// SPDX-License-Identifier: BSD-2-Clause
// The line of a lookup in one routing table: the original tool's, byte for byte.
#include "../../../bpf/kinds/route/event.h"
#include "../../lines/append.h"
#include "../../lines/flow.h"
#include "../../lines/json_keys.h"
#include "../../lines/kind_ops.h"
#include "../encap/tunnel.h"
#include "../netfilter/asker.h"

namespace tablesnoop {

namespace {

// Standard layout: what is as long begins with the route.
const ts_encapped_route_event& Encapped(const ts_route_event& route) {
  return reinterpret_cast<const ts_encapped_route_event&>(route);
}

size_t SizeOf(const ts_event& head) {
  const auto& route = reinterpret_cast<const ts_route_event&>(head);
  return route.flags & TS_HAS_ENCAP ? sizeof(ts_encapped_route_event) : sizeof(ts_route_event);
}

void AppendPrefix(std::string& out, const ts_route_event& route) {
  AppendAddress(out, route.head.family, route.prefix);
  out.push_back('/');
  AppendNumber(out, static_cast<unsigned>(route.prefix_length));
}

const uint32_t* GatewayOf(const ts_route_event& route) {
  return route.flags & TS_HAS_GATEWAY ? route.gateway : nullptr;
}

void AppendNexthop(std::string& out, const ts_route_event& route) {
  out.append("--> ");
  AppendNexthopText(out, route.head, GatewayOf(route), route.gateway_family);
  if (route.flags & TS_MULTIPATH) {
    out.append("multipath");
  } else {
    AppendDevice(out, route.head.device);
  }
}

void Text(std::string& out, const EventView& view, const Vocabulary&, const TextStyle& style) {
  const auto& route = view.As<ts_route_event>();
  AppendFlowText(out, route.head, route.flow, "v", &route.table, style);
  if (route.head.error == 0) AppendNexthop(out, route);
}

void Details(std::string& out, const EventView& view) {
  const auto& route = view.As<ts_route_event>();
  if (route.flags & TS_HAS_PREFIX) {
    out.append(" prefix: ");
    AppendPrefix(out, route);
  }
  if (route.flags & TS_HAS_ENCAP) AppendTunnelText(out, Encapped(route).encap);
  if (route.by == 0) return;
  out.append(" by: ");
  AppendAsker(out, route.by);
}

void Json(std::string& out, const EventView& view, const Vocabulary& words, const Names& names) {
  const auto& route = view.As<ts_route_event>();
  AppendFlowJson(out, route.head, route.flow);
  AppendAnswerJson(out, route.head, &route.table, words, names);
  AppendKey(out, "prefix");
  if (route.flags & TS_HAS_PREFIX) {
    out.push_back('"');
    AppendPrefix(out, route);
    out.push_back('"');
  } else {
    out.append("null");
  }
  AppendKeyAddress(out, "gateway", route.gateway_family, GatewayOf(route));
  if (route.flags & TS_MULTIPATH) {
    out.append(",\"egress\":\"multipath\"");
  } else {
    AppendKeyName(out, "egress", route.head.device);
  }
  AppendKeyWord(out, "type", words.Code(route.head));
  AppendKey(out, "encap");
  if (route.flags & TS_HAS_ENCAP) {
    AppendTunnelJson(out, Encapped(route).encap);
  } else {
    out.append("null");
  }
  AppendDecisionJson(out, route.head);
  AppendKey(out, "by");
  if (route.by == 0) {
    out.append("null");
  } else {
    out.push_back('"');
    AppendAsker(out, route.by);
    out.push_back('"');
  }
}

}  // namespace

const KindOps kinds::route = {"route", sizeof(ts_route_event), true, Json, Text, Details, SizeOf};

}  // namespace tablesnoop
