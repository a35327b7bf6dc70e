// SPDX-License-Identifier: BSD-2-Clause
#include "flow.h"

#include "append.h"
#include "json_keys.h"
#include "printable.h"

namespace tablesnoop {

namespace {

void AppendVerbose(std::string& out, const ts_event& head, const ts_flow& flow, const uint32_t* table) {
  AppendNetnsText(out, head);
  out.append("iif: ");
  AppendDevice(out, flow.iif);
  out.append(" oif: ");
  AppendDevice(out, flow.oif);
  if (table) {
    out.append(" table id: ");
    AppendNumber(out, *table);
  }
  out.append(" dscp: ");
  AppendNumber(out, static_cast<unsigned>(flow.dscp));
  if (head.family == TS_IPV6) {
    out.append(" flowlabel: ");
    AppendNumber(out, flow.flowlabel, 16);
  }
  out.push_back(' ');
}

}  // namespace

void AppendDevice(std::string& out, const char name[16]) {
  if (name[0] == '\0') {
    out.push_back('-');
  } else {
    AppendName(out, name);
  }
}

void AppendNetnsText(std::string& out, const ts_event& head) {
  out.append("netns: ");
  if (head.netns == TS_NETNS_UNKNOWN) {
    out.push_back('?');
  } else {
    AppendNumber(out, head.netns);
  }
  out.push_back(' ');
}

void AppendAddressesText(std::string& out, const ts_event& head, const char* tag, const uint32_t src[4],
                         const uint32_t dst[4]) {
  out.append(tag).append(head.family == TS_IPV6 ? "6: src: " : "4: src: ");
  AppendAddress(out, head.family, src);
  out.append("  dst: ");
  AppendAddress(out, head.family, dst);
  out.push_back(' ');
}

void AppendFlowText(std::string& out, const ts_event& head, const ts_flow& flow, const char* tag, const uint32_t* table,
                    const TextStyle& style) {
  if (style.verbose >= TextStyle::kFlow) AppendVerbose(out, head, flow, table);
  AppendAddressesText(out, head, tag, flow.src, flow.dst);
}

void AppendNexthopText(std::string& out, const ts_event& head, const uint32_t* gateway, uint8_t gateway_family) {
  out.append("gw: ");
  if (gateway) {
    AppendAddress(out, gateway_family, gateway);
  } else if (head.family == TS_IPV6) {
    out.append("::");
  }
  out.append(" egress: ");
}

void AppendFlowJson(std::string& out, const ts_event& head, const ts_flow& flow) {
  AppendKeyAddress(out, "src", head.family, flow.src);
  AppendKeyAddress(out, "dst", head.family, flow.dst);
  AppendKeyName(out, "iif", flow.iif);
  AppendKeyName(out, "oif", flow.oif);
  AppendKeyNumber(out, "dscp", static_cast<unsigned>(flow.dscp));
  AppendKey(out, "flowlabel");
  if (head.family == TS_IPV6) {
    AppendNumber(out, flow.flowlabel);
  } else {
    out.append("null");
  }
  AppendKeyNumber(out, "mark", flow.mark);
  AppendKeyNumber(out, "proto", static_cast<unsigned>(flow.protocol));
}

void AppendDecisionJson(std::string& out, const ts_event& head) {
  AppendKey(out, "decision");
  if (head.decision == 0) {
    out.append("null");
  } else {
    AppendNumber(out, head.decision);
  }
}

void AppendAnswerJson(std::string& out, const ts_event& head, const uint32_t* table, const Vocabulary& words,
                      const Names& names) {
  AppendKey(out, "table");
  if (table) {
    out.append("{\"id\":");
    AppendNumber(out, *table);
    AppendKeyWord(out, "name", names.Table(head.netns, *table));
    out.push_back('}');
  } else {
    out.append("null");
  }
  AppendKeyWord(out, "result", &words.Result(head));
  AppendKeyNumber(out, "errno", static_cast<unsigned>(head.error));
}

}  // namespace tablesnoop
