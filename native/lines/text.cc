// SPDX-License-Identifier: BSD-2-Clause
#include "text.h"

#include "append.h"
#include "selectors.h"

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

void AppendVerbose(std::string& out, const ts_event& event) {
  out.append("netns: ");
  if (event.netns == TS_NETNS_UNKNOWN) {
    out.push_back('?');
  } else {
    AppendNumber(out, event.netns);
  }
  out.append(" iif: ");
  AppendDevice(out, event.iif);
  out.append(" oif: ");
  AppendDevice(out, event.oif);
  if (event.kind == TS_ROUTE) {
    out.append(" table id: ");
    AppendNumber(out, event.table);
  }
  out.append(" dscp: ");
  AppendNumber(out, static_cast<unsigned>(event.dscp));
  if (event.family == TS_IPV6) {
    out.append(" flowlabel: ");
    AppendNumber(out, event.flowlabel, 16);
  }
  out.push_back(' ');
}

void AppendNexthop(std::string& out, const ts_event& event) {
  out.append("--> gw: ");
  if (event.flags & TS_HAS_GATEWAY) {
    AppendAddress(out, event.gateway_family, event.gateway);
  } else if (event.family == TS_IPV6) {
    out.append("::");
  }
  out.append(" egress: ");
  if (event.flags & TS_MULTIPATH) {
    out.append("multipath");
  } else {
    AppendDevice(out, event.egress);
  }
}

void AppendDecision(std::string& out, const ts_rule_event& rule, const Vocabulary& words, bool verbose) {
  const ts_event& event = rule.event;
  if (event.type == 0) return;
  if (event.error == 0) {
    out.append("--> pref: ");
    AppendNumber(out, event.priority);
    out.append(" table: ");
    AppendNumber(out, event.table);
  } else {
    out.append("pref: ");
    AppendNumber(out, event.priority);
    out.append(" action: ");
    // Of a rule that led to a reject route: what the route did.
    out.append(words.Result(event));
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
  if (style.colour) out.append(event.error ? kFailed : kFound);
  if (style.verbose) AppendVerbose(out, event);
  out.append(event.kind == TS_RULE ? "rule" : "v");
  out.append(event.family == TS_IPV6 ? "6: src: " : "4: src: ");
  AppendAddress(out, event.family, event.src);
  out.append("  dst: ");
  AppendAddress(out, event.family, event.dst);
  out.push_back(' ');
  if (event.kind == TS_RULE) {
    AppendDecision(out, reinterpret_cast<const ts_rule_event&>(event), words, style.verbose);
  } else if (event.error == 0) {
    AppendNexthop(out, event);
  }
  if (style.colour) out.append(kPlain);
  out.push_back('\n');
}

}  // namespace tablesnoop
