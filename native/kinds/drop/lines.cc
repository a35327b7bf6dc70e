// SPDX-License-Identifier: BSD-2-Clause
// The line of a packet that was dropped.
#include "../../../bpf/kinds/drop/event.h"
#include "../../lines/append.h"
#include "../../lines/flow.h"
#include "../../lines/json_keys.h"
#include "../../lines/kind_ops.h"

namespace tablesnoop {

namespace {

void Text(std::string& out, const EventView& view, const Vocabulary& words, const TextStyle& style) {
  const auto& drop = view.As<ts_drop_event>();
  if (style.verbose >= TextStyle::kFlow) AppendNetnsText(out, drop.head);
  AppendAddressesText(out, drop.head, "drop", drop.src, drop.dst);
  out.append("dev: ");
  AppendDevice(out, drop.head.device);
  const std::string* reason = words.Code(drop.head);
  out.append(" reason: ").append(reason ? *reason : "-");
}

void Details(std::string& out, const EventView& view) {
  out.append(" proto: ");
  AppendNumber(out, static_cast<unsigned>(view.As<ts_drop_event>().protocol));
}

void Json(std::string& out, const EventView& view, const Vocabulary& words, const Names&) {
  const auto& drop = view.As<ts_drop_event>();
  AppendKeyAddress(out, "src", drop.head.family, drop.src);
  AppendKeyAddress(out, "dst", drop.head.family, drop.dst);
  AppendKeyName(out, "device", drop.head.device);
  AppendKeyWord(out, "reason", words.Code(drop.head));
  AppendKeyNumber(out, "proto", static_cast<unsigned>(drop.protocol));
  AppendKeyWord(out, "result", &words.Result(drop.head));
}

}  // namespace

const KindOps kinds::drop = {"drop", sizeof(ts_drop_event), true, Json, Text, Details};

}  // namespace tablesnoop
