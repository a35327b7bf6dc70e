// SPDX-License-Identifier: BSD-2-Clause
// The line of one lookup in the forwarding table of a VXLAN device.
#include "../../../bpf/kinds/tunnel/event.h"
#include "../../lines/append.h"
#include "../../lines/flow.h"
#include "../../lines/json_keys.h"
#include "../../lines/kind_ops.h"

namespace tablesnoop {

namespace {

void Text(std::string& out, const EventView& view, const Vocabulary& words, const TextStyle& style) {
  const auto& tunnel = view.As<ts_tunnel_event>();
  if (style.verbose >= TextStyle::kFlow) AppendNetnsText(out, tunnel.head);
  out.append("vxlan: mac: ");
  AppendMac(out, tunnel.mac);
  out.append(" vni: ");
  AppendNumber(out, tunnel.vni);
  out.append(" dev: ");
  AppendDevice(out, tunnel.head.device);
  out.push_back(' ');
  if (tunnel.head.error == 0) out.append("--> ").append(words.Result(tunnel.head));
}

void Json(std::string& out, const EventView& view, const Vocabulary& words, const Names&) {
  const auto& tunnel = view.As<ts_tunnel_event>();
  AppendKeyMac(out, "mac", tunnel.mac);
  AppendKeyNumber(out, "vni", tunnel.vni);
  AppendKeyName(out, "device", tunnel.head.device);
  AppendKeyWord(out, "result", &words.Result(tunnel.head));
  AppendKeyNumber(out, "errno", static_cast<unsigned>(tunnel.head.error));
}

}  // namespace

const KindOps kinds::tunnel = {"tunnel", sizeof(ts_tunnel_event), false, Json, Text};

}  // namespace tablesnoop
