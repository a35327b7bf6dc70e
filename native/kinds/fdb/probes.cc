// SPDX-License-Identifier: BSD-2-Clause
#include "../probes.h"

namespace tablesnoop {

namespace {

using enum Mechanism;
using enum Grade;

// Learned and moved, as frames tell.
constexpr Purpose kUpdates{TS_KIND_fdb, 0};
// So, as a driver or a routing daemon tells.
constexpr Purpose kExternal{TS_KIND_fdb, 1};
constexpr Purpose kRemovals{TS_KIND_fdb, 2};
constexpr Purpose kFloods{TS_KIND_fdb, 3};

// Removals come first, so that no port of an entry that is gone is remembered.
void Attach(const Attaching& session) {
  for (Purpose purpose : {kRemovals, kUpdates, kExternal, kFloods}) session.attachments.First(purpose);
}

}  // namespace

const KindProbes k_fdb_probes = {
    .hooks = {{"fdb_update", "br_fdb_update", kTracepoint, kUpdates, kExact},
              {"fdb_external", "br_fdb_external_learn_add", kTracepoint, kExternal, kExact},
              {"fdb_delete", "fdb_delete", kTracepoint, kRemovals, kExact},
              {"fdb_flood", "br_flood", kTrampoline, kFloods, kExact, 0, "bridge"}},
    .attach = Attach,
    .parts = {{"bridge floods", kFloods}},
};

}  // namespace tablesnoop
