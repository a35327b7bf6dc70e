// SPDX-License-Identifier: BSD-2-Clause
#include "../probes.h"

#include <cstdint>

#include "../../../bpf/kinds/change/event.h"
#include "../../probe/mapping.h"
#include "../../probe/netns_cookie.h"
#include "../../probe/object.h"

namespace tablesnoop {

namespace {

// Of our own, native/rtnetlink/ tells.
constexpr Purpose kElsewhere{TS_KIND_change, 0};

void Prepare(const Object& object, btf*) {
  bool is_heard = object.Wants(TS_KIND_change);
  bool is_seen = is_heard && object.HasTrampolines();
  if (!is_heard) bpf_map__set_max_entries(object.Map("route_notices"), static_cast<uint32_t>(PageBytes()));
  if (!is_seen) bpf_map__set_max_entries(object.Map("kept_changes"), 1);
  ts_change_settings settings = {.own_netns = OwnNetnsCookie()};
  object.SetReadOnly(".rodata.change", &settings, sizeof(settings));
}

}  // namespace

const KindProbes k_change_probes = {
    .hooks = {{"route_change", "call_fib_notifiers", Mechanism::kTrampoline, kElsewhere, Grade::kExact}},
    .attach = [](const Attaching& session) { session.attachments.First(kElsewhere); },
    .prepare = Prepare,
    .parts = {{"route changes in other network namespaces", kElsewhere, true}},
    .needs_hooks = false,
};

}  // namespace tablesnoop
