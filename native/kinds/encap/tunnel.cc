// SPDX-License-Identifier: BSD-2-Clause
#include "tunnel.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "../../lines/append.h"
#include "../../lines/json_keys.h"
#include "../../lines/printable.h"
#include "words.h"

namespace tablesnoop {

namespace {

enum class Form { kText, kNumber, kFlag, kFlavors, kSegments, kLabels };

// One thing the tunnel has.
struct Part {
  Form form;
  const char* word;
  std::vector<std::string> values;  // one, but of lists; none of a flag
};

using Parts = std::vector<Part>;

void AddNumber(Parts& parts, const char* word, uint32_t number) {
  parts.push_back({Form::kNumber, word, {std::to_string(number)}});
}

void AddAddress(Parts& parts, const char* word, uint8_t family, const uint32_t address[4]) {
  std::string text;
  AppendAddress(text, family, address);
  parts.push_back({Form::kText, word, {text}});
}

// Unless it is empty. NUL-padded, or as long as there is room.
void AddName(Parts& parts, const char* word, const char* name, size_t room) {
  std::string text;
  AppendPrintable(text, {name, strnlen(name, room)});
  if (!text.empty()) parts.push_back({Form::kText, word, {text}});
}

void AddSegments(Parts& parts, const ts_encap& encap) {
  Part segments = {Form::kSegments, "segs", {}};
  for (size_t at = std::min<size_t>(encap.items, TS_ENCAP_SEGMENTS); at > 0; at--) {
    AppendAddress(segments.values.emplace_back(), TS_IPV6, encap.segments[at - 1]);
  }
  parts.push_back(segments);
}

void AddLabels(Parts& parts, const ts_encap& encap) {
  Part labels = {Form::kLabels, "labels", {}};
  size_t told = std::min<size_t>(encap.items, TS_ENCAP_LABELS);
  for (size_t at = 0; at < told; at++) labels.values.push_back(std::to_string(encap.labels[at]));
  parts.push_back(labels);
  if (encap.attributes) AddNumber(parts, "ttl", encap.code);
}

void AddFlavors(Parts& parts, const ts_sid& sid) {
  constexpr uint32_t next_csid = 4;
  Part flavors = {Form::kFlavors, "flavors", {}};
  for (uint32_t flavor = 0; flavor < 32; flavor++) {
    if (sid.flavors >> flavor & 1) flavors.values.push_back(FlavorWord(flavor));
  }
  parts.push_back(flavors);
  if (!(sid.flavors >> next_csid & 1)) return;
  AddNumber(parts, "lblen", sid.block_bits);
  AddNumber(parts, "nflen", sid.function_bits);
}

void AddSid(Parts& parts, const ts_encap& encap) {
  uint32_t has = encap.attributes;
  parts.push_back({Form::kText, "action", {ActionWord(encap.code)}});
  if (has & TS_SID_SRH) {
    AddSegments(parts, encap);
    return;
  }
  const ts_sid& sid = encap.sid;
  if (has & TS_SID_TABLE) AddNumber(parts, "table", sid.table);
  if (has & TS_SID_VRFTABLE) AddNumber(parts, "vrftable", sid.vrf_table);
  if (has & TS_SID_NH4) AddAddress(parts, "nh4", TS_IPV4, &sid.nh4);
  if (has & TS_SID_NH6) AddAddress(parts, "nh6", TS_IPV6, sid.nh6);
  if (has & TS_SID_OIF) AddName(parts, "oif", sid.oif, sizeof(sid.oif));
  if (has & TS_SID_BPF) AddName(parts, "endpoint", sid.program, sizeof(sid.program));
  if (has & TS_SID_FLAVORS) AddFlavors(parts, sid);
}

void AddOuter(Parts& parts, const ts_encap& encap) {
  bool is_ipv6 = encap.type == TS_ENCAP_IP6;
  uint8_t family = is_ipv6 ? TS_IPV6 : TS_IPV4;
  const ts_outer& outer = encap.outer;
  // In JSON a string: it may exceed what a number holds.
  parts.push_back({Form::kText, "id", {std::to_string(outer.id)}});
  AddAddress(parts, "src", family, outer.src);
  AddAddress(parts, "dst", family, outer.dst);
  AddNumber(parts, is_ipv6 ? "hoplimit" : "ttl", outer.ttl);
  AddNumber(parts, is_ipv6 ? "tc" : "tos", outer.tos);
  if (outer.flags & TS_OUTER_KEY) parts.push_back({Form::kFlag, "key", {}});
  if (outer.flags & TS_OUTER_CSUM) parts.push_back({Form::kFlag, "csum", {}});
  if (outer.flags & TS_OUTER_SEQ) parts.push_back({Form::kFlag, "seq", {}});
}

void AddPrograms(Parts& parts, const ts_encap_programs& programs) {
  AddName(parts, "in", programs.in, sizeof(programs.in));
  AddName(parts, "out", programs.out, sizeof(programs.out));
  AddName(parts, "xmit", programs.xmit, sizeof(programs.xmit));
}

Parts PartsOf(const ts_encap& encap) {
  Parts parts;
  switch (encap.type) {
    case TS_ENCAP_MPLS:
      AddLabels(parts, encap);
      break;
    case TS_ENCAP_IP:
    case TS_ENCAP_IP6:
      AddOuter(parts, encap);
      break;
    case TS_ENCAP_SEG6:
      parts.push_back({Form::kText, "mode", {ModeWord(encap.code)}});
      AddSegments(parts, encap);
      break;
    case TS_ENCAP_BPF:
      AddPrograms(parts, encap.programs);
      break;
    case TS_ENCAP_SEG6_LOCAL:
      AddSid(parts, encap);
      break;
    default:
      break;
  }
  return parts;
}

std::string Joined(const std::vector<std::string>& values, const char* separator) {
  std::string text;
  for (const std::string& value : values) {
    if (!text.empty()) text.append(separator);
    text.append(value);
  }
  return text;
}

void AppendJsonList(std::string& out, const Part& part, bool quoted) {
  char separator = '[';
  for (const std::string& value : part.values) {
    out.push_back(separator);
    separator = ',';
    if (quoted) {
      AppendJsonString(out, value);
    } else {
      out.append(value);
    }
  }
  out.append(separator == '[' ? "[]" : "]");
}

}  // namespace

void AppendTunnelText(std::string& out, const ts_encap& encap) {
  out.append(" encap ").append(TunnelWord(encap.type));
  for (const Part& part : PartsOf(encap)) {
    bool has_more = encap.items > part.values.size();
    out.push_back(' ');
    switch (part.form) {
      case Form::kLabels:
        out.append(Joined(part.values, "/")).append(has_more ? "/…" : "");
        break;
      case Form::kSegments:
        out.append(part.word).append(" ").append(std::to_string(encap.items)).append(" [ ");
        out.append(Joined(part.values, " ")).append(has_more ? " … ]" : " ]");
        break;
      case Form::kFlag:
        out.append(part.word);
        break;
      default:
        out.append(part.word).append(" ").append(Joined(part.values, ","));
    }
  }
}

void AppendTunnelJson(std::string& out, const ts_encap& encap) {
  out.append("{\"type\":");
  AppendJsonString(out, TunnelWord(encap.type));
  for (const Part& part : PartsOf(encap)) {
    AppendKey(out, part.word);
    switch (part.form) {
      case Form::kText:
        AppendJsonString(out, part.values[0]);
        break;
      case Form::kNumber:
        out.append(part.values[0]);
        break;
      case Form::kFlag:
        out.append("true");
        break;
      case Form::kFlavors:
        AppendJsonList(out, part, true);
        break;
      case Form::kSegments:
      case Form::kLabels:
        AppendJsonList(out, part, part.form == Form::kSegments);
        if (encap.items > part.values.size()) AppendKeyNumber(out, "omitted", encap.items - part.values.size());
    }
  }
  out.push_back('}');
}

}  // namespace tablesnoop
