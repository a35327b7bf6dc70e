// SPDX-License-Identifier: BSD-2-Clause
// The line of one labelled packet that came in.
#include <algorithm>

#include "../../../bpf/kinds/mpls/event.h"
#include "../../lines/append.h"
#include "../../lines/flow.h"
#include "../../lines/json_keys.h"
#include "../../lines/kind_ops.h"

namespace tablesnoop {

namespace {

// Those that the event has room for, the outermost first.
void AppendLabels(std::string& out, const ts_mpls_event& mpls, char separator) {
  for (uint32_t at = 0; at < std::min<uint32_t>(mpls.labels, TS_MPLS_LABELS); at++) {
    if (at > 0) out.push_back(separator);
    AppendNumber(out, mpls.out[at]);
  }
}

uint32_t Omitted(const ts_mpls_event& mpls) { return mpls.labels > TS_MPLS_LABELS ? mpls.labels - TS_MPLS_LABELS : 0; }

void Text(std::string& out, const EventView& view, const Vocabulary&, const TextStyle& style) {
  const auto& mpls = view.As<ts_mpls_event>();
  if (style.verbose >= TextStyle::kFlow) AppendNetnsText(out, mpls.head);
  out.append("mpls: label: ");
  AppendNumber(out, mpls.label);
  out.append(" iif: ");
  AppendDevice(out, mpls.iif);
  out.push_back(' ');
  if (mpls.head.error != 0) return;
  out.append("--> labels: ");
  if (mpls.labels == 0) out.push_back('-');
  AppendLabels(out, mpls, '/');
  if (Omitted(mpls) > 0) out.append("/...");
  out.append(" egress: ");
  AppendDevice(out, mpls.head.device);
}

void Json(std::string& out, const EventView& view, const Vocabulary& words, const Names&) {
  const auto& mpls = view.As<ts_mpls_event>();
  AppendKeyNumber(out, "label", mpls.label);
  AppendKeyName(out, "iif", mpls.iif);
  AppendKey(out, "labels");
  out.push_back('[');
  AppendLabels(out, mpls, ',');
  out.push_back(']');
  AppendKeyNumber(out, "omitted", Omitted(mpls));
  AppendKeyName(out, "egress", mpls.head.device);
  AppendKeyWord(out, "result", &words.Result(mpls.head));
  AppendKeyNumber(out, "errno", static_cast<unsigned>(mpls.head.error));
}

}  // namespace

const KindOps kinds::mpls = {"mpls", sizeof(ts_mpls_event), false, Json, Text};

}  // namespace tablesnoop
