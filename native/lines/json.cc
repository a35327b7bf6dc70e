// SPDX-License-Identifier: BSD-2-Clause
#include "json.h"

#include <cstring>
#include <ctime>

#include "../../bpf/kinds/route/event.h"
#include "../../bpf/kinds/rule/event.h"
#include "append.h"
#include "../kinds/rule/selectors.h"

namespace tablesnoop {

namespace {

// Words come from JavaScript as UTF-8 and keep it; the kernel's device names are any bytes, and those that are no ASCII
// are shown by their number.
enum class Bytes { kUtf8, kAny };

void AppendString(std::string& out, const char* text, size_t size, Bytes bytes) {
  out.push_back('"');
  for (size_t at = 0; at < size; at++) {
    unsigned char byte = static_cast<unsigned char>(text[at]);
    if (byte == '"' || byte == '\\') {
      out.push_back('\\');
      out.push_back(static_cast<char>(byte));
    } else if (byte < 0x20 || byte == 0x7f || (byte > 0x7f && bytes == Bytes::kAny)) {
      const char digits[] = "0123456789abcdef";
      out.append("\\u00").push_back(digits[byte >> 4]);
      out.push_back(digits[byte & 15]);
    } else {
      out.push_back(static_cast<char>(byte));
    }
  }
  out.push_back('"');
}

void AppendString(std::string& out, const std::string& text) { AppendString(out, text.data(), text.size(), Bytes::kUtf8); }

void AppendKey(std::string& out, const char* key) { out.append(",\"").append(key).append("\":"); }

template <typename Number>
void AppendKeyNumber(std::string& out, const char* key, Number number) {
  AppendKey(out, key);
  AppendNumber(out, number);
}

void AppendKeyName(std::string& out, const char* key, const char name[16]) {
  AppendKey(out, key);
  if (name[0] == '\0') {
    out.append("null");
  } else {
    AppendString(out, name, strnlen(name, 16), Bytes::kAny);
  }
}

void AppendKeyWord(std::string& out, const char* key, const std::string* word) {
  AppendKey(out, key);
  if (!word || word->empty()) {
    out.append("null");
  } else {
    AppendString(out, *word);
  }
}

void AppendKeyAddress(std::string& out, const char* key, uint8_t family, const uint32_t address[4]) {
  AppendKey(out, key);
  out.push_back('"');
  AppendAddress(out, family, address);
  out.push_back('"');
}

// RFC 3339 in UTC with microseconds. The date part is kept, as most events share it with the one before.
void AppendTime(std::string& out, int64_t unix_ns) {
  thread_local time_t second = -1;
  thread_local char date[32];
  time_t now = unix_ns / 1000000000;
  if (now != second) {
    tm utc;
    gmtime_r(&now, &utc);
    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S.", &utc);
    second = now;
  }
  out.append(date);
  char digits[8];
  auto end = std::to_chars(digits, digits + sizeof(digits), 1000000 + unix_ns % 1000000000 / 1000);
  out.append(digits + 1, end.ptr);
  out.push_back('Z');
}

void AppendNetns(std::string& out, const ts_event& event, const Names& names) {
  auto known = names.netns.find(event.netns);
  uint32_t inode = known != names.netns.end() ? known->second.inode : event.inode;
  AppendKey(out, "netns");
  out.append("{\"cookie\":");
  if (event.netns == TS_NETNS_UNKNOWN) {
    out.append("null");
  } else {
    out.push_back('"');
    AppendNumber(out, event.netns);
    out.push_back('"');
  }
  AppendKey(out, "inode");
  if (inode == 0) {
    out.append("null");
  } else {
    AppendNumber(out, inode);
  }
  AppendKeyWord(out, "name", known != names.netns.end() ? &known->second.name : nullptr);
  out.push_back('}');
}

void AppendRoute(std::string& out, const ts_route_event& event, const Vocabulary& words) {
  AppendKey(out, "prefix");
  if (event.flags & TS_HAS_PREFIX) {
    out.push_back('"');
    AppendAddress(out, event.head.family, event.prefix);
    out.push_back('/');
    AppendNumber(out, static_cast<unsigned>(event.prefix_length));
    out.push_back('"');
  } else {
    out.append("null");
  }
  if (event.flags & TS_HAS_GATEWAY) {
    AppendKeyAddress(out, "gateway", event.gateway_family, event.gateway);
  } else {
    AppendKeyWord(out, "gateway", nullptr);
  }
  if (event.flags & TS_MULTIPATH) {
    out.append(",\"egress\":\"multipath\"");
  } else {
    AppendKeyName(out, "egress", event.head.device);
  }
  AppendKeyWord(out, "type", words.Code(event.head));
}

void AppendRule(std::string& out, const ts_rule_event& rule, const Vocabulary& words) {
  uint8_t action = rule.head.code;
  AppendKey(out, "priority");
  if (action == 0) {
    out.append("null");
  } else {
    AppendNumber(out, rule.priority);
  }
  AppendKeyWord(out, "action", words.Code(rule.head));
  AppendKey(out, "selectors");
  char separator = '{';
  if (action != 0) {
    for (const Selector& selector : SelectorsOf(rule)) {
      out.push_back(separator);
      separator = ',';
      out.append("\"").append(selector.word).append("\":");
      if (selector.value.empty()) {
        out.append("true");
      } else {
        AppendString(out, selector.value);
      }
    }
  }
  out.append(separator == '{' ? "{}" : "}");
}

}  // namespace

void AppendJson(std::string& out, const ts_event& event, const Vocabulary& words, const Names& names,
                int64_t unix_offset) {
  bool is_rule = event.kind == TS_KIND_rule;
  const auto& rule = reinterpret_cast<const ts_rule_event&>(event);
  const auto& route = reinterpret_cast<const ts_route_event&>(event);
  const ts_flow& flow = is_rule ? rule.flow : route.flow;
  uint32_t table = is_rule ? rule.table : route.table;
  out.append("{\"time\":\"");
  AppendTime(out, static_cast<int64_t>(event.time) + unix_offset);
  out.append("\",\"kind\":\"").append(is_rule ? "rule" : "route");
  out.append("\",\"family\":\"").append(event.family == TS_IPV6 ? "ipv6" : "ipv4").push_back('"');
  AppendNetns(out, event, names);
  AppendKeyAddress(out, "src", event.family, flow.src);
  AppendKeyAddress(out, "dst", event.family, flow.dst);
  AppendKeyName(out, "iif", flow.iif);
  AppendKeyName(out, "oif", flow.oif);
  AppendKeyNumber(out, "dscp", static_cast<unsigned>(flow.dscp));
  AppendKey(out, "flowlabel");
  if (event.family == TS_IPV6) {
    AppendNumber(out, flow.flowlabel);
  } else {
    out.append("null");
  }
  AppendKeyNumber(out, "mark", flow.mark);
  AppendKeyNumber(out, "proto", static_cast<unsigned>(flow.protocol));
  AppendKey(out, "table");
  out.append("{\"id\":");
  AppendNumber(out, table);
  AppendKeyWord(out, "name", names.Table(event.netns, table));
  out.push_back('}');
  AppendKeyWord(out, "result", &words.Result(event));
  AppendKeyNumber(out, "errno", static_cast<unsigned>(event.error));
  if (is_rule) {
    AppendRule(out, rule, words);
  } else {
    AppendRoute(out, route, words);
  }
  out.push_back('}');
}

}  // namespace tablesnoop
