// SPDX-License-Identifier: BSD-2-Clause
// The line of a resolution that ended.
#include <algorithm>

#include "../../../bpf/kinds/neighbour/event.h"
#include "../../lines/append.h"
#include "../../lines/flow.h"
#include "../../lines/json_keys.h"
#include "../../lines/kind_ops.h"

namespace tablesnoop {

namespace {

// As `ip neigh` writes it; empty if there is none. The length may be any byte.
std::string LinkAddress(const ts_neighbour_event& neighbour) {
  const char digits[] = "0123456789abcdef";
  size_t length = std::min<size_t>(neighbour.lladdr_length, TS_LLADDR_BYTES);
  std::string text;
  for (size_t at = 0; at < length; at++) {
    if (at > 0) text.push_back(':');
    text.push_back(digits[neighbour.lladdr[at] >> 4]);
    text.push_back(digits[neighbour.lladdr[at] & 15]);
  }
  return text;
}

void Text(std::string& out, const EventView& view, const Vocabulary&, const TextStyle& style) {
  const auto& neighbour = view.As<ts_neighbour_event>();
  if (style.verbose >= TextStyle::kFlow) AppendNetnsText(out, neighbour.head);
  out.append(neighbour.head.family == TS_IPV6 ? "neigh6: dst: " : "neigh4: dst: ");
  AppendAddress(out, neighbour.head.family, neighbour.dst);
  out.append(" dev: ");
  AppendDevice(out, neighbour.head.device);
  out.push_back(' ');
  if (neighbour.head.error == 0) out.append("--> lladdr: ").append(LinkAddress(neighbour));
}

void Details(std::string& out, const EventView& view) {
  const auto& neighbour = view.As<ts_neighbour_event>();
  if (!neighbour.has_probes) return;
  out.append(" probes: ");
  AppendNumber(out, neighbour.probes);
}

void Json(std::string& out, const EventView& view, const Vocabulary& words, const Names&) {
  const auto& neighbour = view.As<ts_neighbour_event>();
  const std::string lladdr = LinkAddress(neighbour);
  AppendKeyAddress(out, "dst", neighbour.head.family, neighbour.dst);
  AppendKeyName(out, "device", neighbour.head.device);
  AppendKeyWord(out, "lladdr", &lladdr);
  AppendKeyWord(out, "result", &words.Result(neighbour.head));
  AppendKeyNumber(out, "errno", static_cast<unsigned>(neighbour.head.error));
  if (neighbour.has_probes) {
    AppendKeyNumber(out, "probes", neighbour.probes);
  } else {
    AppendKeyWord(out, "probes", nullptr);
  }
}

}  // namespace

const KindOps kinds::neighbour = {"neighbour", sizeof(ts_neighbour_event), true, Json, Text, Details};

}  // namespace tablesnoop
