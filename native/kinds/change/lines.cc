// SPDX-License-Identifier: BSD-2-Clause
// The line of one change of a route.
#include "../../../bpf/kinds/change/event.h"
#include "../../lines/append.h"
#include "../../lines/flow.h"
#include "../../lines/json_keys.h"
#include "../../lines/kind_ops.h"

namespace tablesnoop {

namespace {

std::string Prefix(const ts_change_event& change) {
  std::string text;
  AppendAddress(text, change.head.family, change.dst);
  text.push_back('/');
  AppendNumber(text, static_cast<unsigned>(change.length));
  return text;
}

// Empty: there is none.
std::string Gateway(const ts_change_event& change) {
  std::string text;
  if (change.gateway_family != TS_NO_FAMILY) AppendAddress(text, change.gateway_family, change.gateway);
  return text;
}

// A number that has no word stands for itself.
std::string Word(const Vocabulary& words, uint8_t kind, uint8_t number) {
  const std::vector<std::string>& known = words.codes.at(kind);
  if (number < known.size() && !known[number].empty()) return known[number];
  return std::to_string(number);
}

void Text(std::string& out, const EventView& view, const Vocabulary& words, const TextStyle& style) {
  const auto& change = view.As<ts_change_event>();
  if (style.verbose >= TextStyle::kFlow) AppendNetnsText(out, change.head);
  out.append(change.head.family == TS_IPV6 ? "change6: dst: " : "change4: dst: ").append(Prefix(change));
  out.append(" table: ");
  AppendNumber(out, change.table);
  if (std::string gateway = Gateway(change); !gateway.empty()) out.append(" via: ").append(gateway);
  if (change.head.device[0] != '\0') {
    out.append(" dev: ");
    AppendDevice(out, change.head.device);
  }
  out.append(" protocol: ").append(Word(words, TS_KIND_change, change.protocol));
  out.append(" --> ").append(words.Result(change.head));
}

void Details(std::string& out, const EventView& view) {
  const auto& change = view.As<ts_change_event>();
  out.append(" metric: ");
  AppendNumber(out, change.metric);
  if (change.nexthops < 2) return;
  out.append(" nexthops: ");
  AppendNumber(out, change.nexthops);
}

void Json(std::string& out, const EventView& view, const Vocabulary& words, const Names& names) {
  const auto& change = view.As<ts_change_event>();
  const std::string prefix = Prefix(change), gateway = Gateway(change);
  const std::string protocol = Word(words, TS_KIND_change, change.protocol);
  const std::string type = Word(words, TS_KIND_route, change.type);
  AppendKeyWord(out, "prefix", &prefix);
  AppendKey(out, "table");
  out.append("{\"id\":");
  AppendNumber(out, change.table);
  AppendKeyWord(out, "name", names.Table(change.head.netns, change.table));
  out.push_back('}');
  AppendKeyWord(out, "via", &gateway);
  AppendKeyName(out, "device", change.head.device);
  AppendKeyNumber(out, "nexthops", change.nexthops);
  AppendKeyWord(out, "protocol", &protocol);
  AppendKeyWord(out, "type", &type);
  AppendKeyNumber(out, "metric", change.metric);
  AppendKeyWord(out, "change", &words.Result(change.head));
}

}  // namespace

const KindOps kinds::change = {"change", sizeof(ts_change_event), true, Json, Text, Details};

}  // namespace tablesnoop
