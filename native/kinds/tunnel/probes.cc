// SPDX-License-Identifier: BSD-2-Clause
#include "../probes.h"

#include <string>

namespace tablesnoop {

namespace {

using enum Mechanism;
using enum Grade;

constexpr char kModule[] = "vxlan";

// Which frame a lookup is for.
constexpr Purpose kFrames{TS_KIND_tunnel, 0};
constexpr Purpose kLookups{TS_KIND_tunnel, 1};

void Attach(const Attaching& session) {
  Attachments& attachments = session.attachments;
  if (!attachments.Uses(kTrampoline)) {
    attachments.Leave(kFrames, "not needed");
    attachments.Leave(kLookups, "not needed");
  } else if (attachments.All(kFrames)) {
    attachments.First(kLookups);
  } else {
    // Without the hook's name.
    std::string reason = attachments.Reason(kFrames);
    attachments.Leave(kLookups, reason.substr(reason.find(": ") + 2));
  }
}

}  // namespace

const KindProbes k_tunnel_probes = {
    .hooks = {{"vxlan_sends", "vxlan_xmit", kTrampoline, kFrames, kHelps, 0, kModule},
              {"vxlan_has_sent", "vxlan_xmit", kTrampoline, kFrames, kHelps, 0, kModule},
              {"vxlan_find_mac", "__vxlan_find_mac", kTrampoline, kLookups, kExact, 0, kModule},
              {"vxlan_find_mac_rcu", "vxlan_find_mac_rcu", kTrampoline, kLookups, kExact, 0, kModule}},
    .attach = Attach,
};

}  // namespace tablesnoop
