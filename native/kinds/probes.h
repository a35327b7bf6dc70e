// SPDX-License-Identifier: BSD-2-Clause
// What each kind hangs into the kernel. One for every line of bpf/kinds.def, in native/kinds/WORD/probes.cc.
#pragma once

#include <optional>
#include <vector>

#include "../probe/attachments.h"
#include "../probe/hooks.h"

namespace tablesnoop {

class EventPump;
class Inventory;
class Object;

// Parts of a session.
struct Attaching {
  Attachments& attachments;
  Inventory& inventory;
  EventPump& events;
};

// What the hooks of one purpose alone tell of, where others tell of the rest of its kind.
struct KindPart {
  const char* noun;  // of several: "floods"
  Purpose purpose;
  bool is_elsewhere = false;  // only of other namespaces than the one this process is in
};

struct KindProbes {
  std::vector<Hook> hooks;
  // Only if the kind is asked for. Throws KernelError if a session without it would make no sense.
  void (*attach)(const Attaching& session) = nullptr;
  // If not null: after every later walk of the inventory, as it may need other hooks then.
  void (*walked)(const Attaching& session) = nullptr;
  // If not null: before the object is loaded, to tell its programs what they must know of this kernel.
  void (*prepare)(const Object& object, btf* vmlinux) = nullptr;
  // The kind whose hooks tell of this one, which has none: one that comes before it.
  std::optional<ts_kind> seen_by = std::nullopt;
  std::vector<KindPart> parts = {};
  // Whether only hooks tell of it; else somebody else does too (EventPump::Tell), and without them it lacks its parts.
  bool needs_hooks = true;
};

#define TS_KIND(word, number) extern const KindProbes k_##word##_probes;
#include "../../bpf/kinds.def"
#undef TS_KIND

// By number.
inline constexpr const KindProbes* kKindProbes[] = {
#define TS_KIND(word, number) &k_##word##_probes,
#include "../../bpf/kinds.def"
#undef TS_KIND
};

}  // namespace tablesnoop
