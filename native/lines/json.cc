// SPDX-License-Identifier: BSD-2-Clause
#include "json.h"

#include <algorithm>
#include <ctime>

#include "append.h"
#include "json_keys.h"
#include "kind_ops.h"

namespace tablesnoop {

namespace {

// RFC 3339 in UTC with microseconds. The date part is kept, as most events share it with the one before.
void AppendTime(std::string& out, uint64_t unix_ns) {
  thread_local time_t second = -1;
  thread_local char date[32];
  time_t now = static_cast<time_t>(unix_ns / 1000000000);
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

void AppendNetns(std::string& out, const ts_event& head, const Names& names) {
  auto known = names.netns.find(head.netns);
  uint32_t inode = known != names.netns.end() ? known->second.inode : head.inode;
  AppendKey(out, "netns");
  out.append("{\"cookie\":");
  if (head.netns == TS_NETNS_UNKNOWN) {
    out.append("null");
  } else {
    out.push_back('"');
    AppendNumber(out, head.netns);
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

}  // namespace

void AppendJson(std::string& out, const EventView& view, const Vocabulary& words, const Names& names,
                int64_t unix_offset) {
  const ts_event& head = view.Head();
  const KindOps& ops = OpsOf(head.kind);
  out.append("{\"time\":\"");
  AppendTime(out, head.time + static_cast<uint64_t>(unix_offset));
  out.append("\",\"kind\":\"").append(ops.word).append("\",\"family\":");
  out.append(!ops.has_family ? "null" : head.family == TS_IPV6 ? "\"ipv6\"" : "\"ipv4\"");
  AppendNetns(out, head, names);
  ops.json(out, view, words, names);
  out.push_back('}');
}

}  // namespace tablesnoop
