// SPDX-License-Identifier: BSD-2-Clause
// The line of one change of a bridge's forwarding table, or of one frame that was flooded.
#include "../../../bpf/kinds/fdb/event.h"
#include "../../lines/append.h"
#include "../../lines/flow.h"
#include "../../lines/json_keys.h"
#include "../../lines/kind_ops.h"

namespace tablesnoop {

namespace {

void AppendNetns(std::string& out, const ts_event& head) {
  out.append("netns: ");
  AppendNumber(out, head.netns);
  out.push_back(' ');
}

// Not known: the station was at a port before the probes were attached, or longer ago than they remember.
void AppendFrom(std::string& out, const ts_fdb_event& fdb) {
  out.append(" from: ");
  if (fdb.from[0] == '\0') {
    out.push_back('?');
  } else {
    AppendDevice(out, fdb.from);
  }
}

void Text(std::string& out, const EventView& view, const Vocabulary& words, const TextStyle& style) {
  const auto& fdb = view.As<ts_fdb_event>();
  if (style.verbose >= TextStyle::kFlow) AppendNetns(out, fdb.head);
  out.append("fdb: mac: ");
  AppendMac(out, fdb.mac);
  if (fdb.vlan != 0) {
    out.append(" vlan: ");
    AppendNumber(out, fdb.vlan);
  }
  out.append(" bridge: ");
  AppendDevice(out, fdb.head.device);
  out.append(" ").append(words.Result(fdb.head));
  if (fdb.head.code != TS_FDB_LEARNED) AppendFrom(out, fdb);
  if (fdb.head.code == TS_FDB_REMOVED || fdb.head.code == TS_FDB_FLOODED) return;
  out.append(" --> port: ");
  AppendDevice(out, fdb.port);
}

void Json(std::string& out, const EventView& view, const Vocabulary& words, const Names&) {
  const auto& fdb = view.As<ts_fdb_event>();
  AppendKeyName(out, "bridge", fdb.head.device);
  AppendKeyMac(out, "mac", fdb.mac);
  AppendKey(out, "vlan");
  if (fdb.vlan != 0) {
    AppendNumber(out, fdb.vlan);
  } else {
    out.append("null");
  }
  AppendKeyWord(out, "change", &words.Result(fdb.head));
  AppendKeyName(out, "port", fdb.port);
  AppendKeyName(out, "from", fdb.from);
  AppendKeyNumber(out, "errno", static_cast<unsigned>(fdb.head.error));
}

}  // namespace

const KindOps kinds::fdb = {"fdb", sizeof(ts_fdb_event), false, Json, Text};

}  // namespace tablesnoop
