// SPDX-License-Identifier: BSD-2-Clause
#include "text.h"

#include "../../bpf/kinds/route/event.h"
#include "../../bpf/kinds/rule/event.h"
#include "append.h"
#include "../kinds/rule/selectors.h"

namespace tablesnoop {

namespace {

constexpr char kFound[] = "\x1b[32m";
constexpr char kFailed[] = "\x1b[31m";
constexpr char kPlain[] = "\x1b[0m";

void AppendDevice(std::string& out, const char name[16]) {
  if (name[0] == '\0') {
    out.push_back('-');
  } else {
    AppendName(out, name);
  }
}

void AppendVerbose(std::string& out, const ts_event& event, const ts_flow& flow) {
  out.append("netns: ");
  if (event.netns == TS_NETNS_UNKNOWN) {
    out.push_back('?');
  } else {
    AppendNumber(out, event.netns);
  }
  out.append(" iif: ");
  AppendDevice(out, flow.iif);
  out.append(" oif: ");
  AppendDevice(out, flow.oif);
  if (event.kind == TS_KIND_route) {
    out.append(" table id: ");
    AppendNumber(out, reinterpret_cast<const ts_route_event&>(event).table);
  }
  out.append(" dscp: ");
  AppendNumber(out, static_cast<unsigned>(flow.dscp));
  if (event.family == TS_IPV6) {
    out.append(" flowlabel: ");
    AppendNumber(out, flow.flowlabel, 16);
  }
  out.push_back(' ');
}

void AppendNexthop(std::string& out, const ts_route_event& event) {
  out.append("--> gw: ");
  if (event.flags & TS_HAS_GATEWAY) {
    AppendAddress(out, event.gateway_family, event.gateway);
  } else if (event.head.family == TS_IPV6) {
    out.append("::");
  }
  out.append(" egress: ");
  if (event.flags & TS_MULTIPATH) {
    out.append("multipath");
  } else {
    AppendDevice(out, event.head.device);
  }
}

void AppendDecision(std::string& out, const ts_rule_event& rule, const Vocabulary& words, bool verbose) {
  if (rule.head.code == 0) return;
  if (rule.head.error == 0) {
    out.append("--> pref: ");
    AppendNumber(out, rule.priority);
    out.append(" table: ");
    AppendNumber(out, rule.table);
  } else {
    out.append("pref: ");
    AppendNumber(out, rule.priority);
    out.append(" action: ");
    // Of a rule that led to a reject route: what the route did.
    out.append(words.Result(rule.head));
  }
  if (verbose) {
    for (const Selector& selector : SelectorsOf(rule)) {
      out.push_back(' ');
      out.append(selector.word);
      if (!selector.value.empty()) out.append(" ").append(selector.value);
    }
  }
}

}  // namespace

void AppendText(std::string& out, const ts_event& event, const Vocabulary& words, const TextStyle& style) {
  bool is_rule = event.kind == TS_KIND_rule;
  const auto& rule = reinterpret_cast<const ts_rule_event&>(event);
  const auto& route = reinterpret_cast<const ts_route_event&>(event);
  const ts_flow& flow = is_rule ? rule.flow : route.flow;
  if (style.colour) out.append(event.error ? kFailed : kFound);
  if (style.verbose) AppendVerbose(out, event, flow);
  out.append(is_rule ? "rule" : "v");
  out.append(event.family == TS_IPV6 ? "6: src: " : "4: src: ");
  AppendAddress(out, event.family, flow.src);
  out.append("  dst: ");
  AppendAddress(out, event.family, flow.dst);
  out.push_back(' ');
  if (is_rule) {
    AppendDecision(out, rule, words, style.verbose);
  } else if (event.error == 0) {
    AppendNexthop(out, route);
  }
  if (style.colour) out.append(kPlain);
  out.push_back('\n');
}

}  // namespace tablesnoop
