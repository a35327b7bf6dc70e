// SPDX-License-Identifier: BSD-2-Clause
#include "../probes.h"

namespace tablesnoop {

namespace {

using enum Mechanism;
using enum Grade;

// Both together: what ends must have been noted when it began.
constexpr Purpose kPackets{TS_KIND_srv6, 0};

void Attach(const Attaching& session) { session.attachments.AllBy(kTrampoline, kPackets); }

}  // namespace

const KindProbes k_srv6_probes = {
    // The end comes first: a packet that is noted is taken off the note in any case.
    .hooks = {{"srv6_ends", "seg6_local_input", kTrampoline, kPackets, kExact},
              {"srv6_begins", "seg6_local_input", kTrampoline, kPackets, kHelps}},
    .attach = Attach,
};

}  // namespace tablesnoop
