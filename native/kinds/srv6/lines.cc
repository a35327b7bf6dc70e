// SPDX-License-Identifier: BSD-2-Clause
// The line of one packet for a segment identifier of this machine.
#include "../../../bpf/kinds/srv6/event.h"
#include "../../lines/append.h"
#include "../../lines/flow.h"
#include "../../lines/json_keys.h"
#include "../../lines/kind_ops.h"
#include "../encap/words.h"

namespace tablesnoop {

namespace {

void Text(std::string& out, const EventView& view, const Vocabulary&, const TextStyle& style) {
  const auto& packet = view.As<ts_srv6_event>();
  if (style.verbose >= TextStyle::kFlow) AppendNetnsText(out, packet.head);
  out.append("srv6: src: ");
  AppendAddress(out, TS_IPV6, packet.src);
  out.append(" dst: ");
  AppendAddress(out, TS_IPV6, packet.dst);
  out.append(" iif: ");
  AppendDevice(out, packet.head.device);
  out.append(" action: ").append(ActionWord(packet.head.code)).append(" ");
  if (packet.head.error == 0) out.append("--> processed");
}

void Json(std::string& out, const EventView& view, const Vocabulary& words, const Names&) {
  const auto& packet = view.As<ts_srv6_event>();
  AppendKeyAddress(out, "src", TS_IPV6, packet.src);
  AppendKeyAddress(out, "dst", TS_IPV6, packet.dst);
  AppendKeyName(out, "iif", packet.head.device);
  std::string action = ActionWord(packet.head.code);
  AppendKeyWord(out, "action", &action);
  AppendKeyWord(out, "result", &words.Result(packet.head));
  AppendKeyNumber(out, "errno", static_cast<unsigned>(packet.head.error));
}

}  // namespace

const KindOps kinds::srv6 = {"srv6", sizeof(ts_srv6_event), true, Json, Text};

}  // namespace tablesnoop
