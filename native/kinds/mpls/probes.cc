// SPDX-License-Identifier: BSD-2-Clause
#include "../probes.h"

namespace tablesnoop {

namespace {

using enum Mechanism;
using enum Grade;

constexpr char kModule[] = "mpls_router";

// All of them together: of no use without one another.
constexpr Purpose kPackets{TS_KIND_mpls, 0};

void Attach(const Attaching& session) { session.attachments.AllBy(kTrampoline, kPackets); }

}  // namespace

const KindProbes k_mpls_probes = {
    .hooks = {{"mpls_selects", "mpls_select_multipath", kTrampoline, kPackets, kExact, 0, kModule},
              {"mpls_begins", "mpls_forward", kTrampoline, kPackets, kExact, 0, kModule},
              {"mpls_ends", "mpls_forward", kTrampoline, kPackets, kExact, 0, kModule}},
    .attach = Attach,
};

}  // namespace tablesnoop
