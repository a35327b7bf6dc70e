// SPDX-License-Identifier: BSD-2-Clause
#include "../probes.h"

#include "../../probe/event_pump.h"

namespace tablesnoop {

namespace {

constexpr Purpose kRules{TS_KIND_rule, 0};

}  // namespace

const KindProbes k_rule_probes = {
    .hooks = {{"rule_trampoline", "fib_rules_lookup", Mechanism::kTrampoline, kRules, Grade::kExact}},
    .attach =
        [](const Attaching& session) {
          if (session.attachments.First(kRules)) session.events.ExpectRules();
        },
};

}  // namespace tablesnoop
