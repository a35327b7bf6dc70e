// SPDX-License-Identifier: BSD-2-Clause
#include "../probes.h"

#include "../../probe/event_pump.h"
#include "../../probe/inventory.h"
#include "../../probe/kernel_error.h"

namespace tablesnoop {

namespace {

using enum Mechanism;
using enum Grade;

// Which namespace an IPv4 table belongs to; what kRoutes4 by trampoline needs.
constexpr Purpose kTables{TS_KIND_route, 0};
// Whose an IPv4 miss is that a packet causes; helps kRoutes4 by tracepoint.
constexpr Purpose kDrops4{TS_KIND_route, 1};
constexpr Purpose kRoutes4{TS_KIND_route, 2};
constexpr Purpose kRoutes6{TS_KIND_route, 3};
// Which of several nexthops was taken.
constexpr Purpose kSelect4{TS_KIND_route, 4};
constexpr Purpose kSelect6{TS_KIND_route, 5};

constexpr char kNotNeeded[] = "not needed";

// Costs something for every packet that is dropped, and tells nothing while there is one namespace.
void AttachDrops4(const Attaching& session) {
  if (session.inventory.HasSeveral()) {
    session.attachments.All(kDrops4);
  } else {
    session.attachments.Await(kDrops4, "not needed while there is one network namespace");
  }
}

void Walked(const Attaching& session) {
  if (session.attachments.Awaits(kDrops4) && session.inventory.HasSeveral()) AttachDrops4(session);
}

// What knows the namespaces comes first, so that no lookup is seen before it can be attributed.
bool AttachRoutes4(const Attaching& session) {
  bool trampolines = session.attachments.Uses(kTrampoline);
  if (trampolines && session.attachments.All(kTables)) {
    session.inventory.LearnTables();
    session.attachments.Leave(kDrops4, kNotNeeded);
  } else {
    if (!trampolines) session.attachments.Leave(kTables, kNotNeeded);
    AttachDrops4(session);
  }
  return session.attachments.First(kRoutes4);
}

void Attach(const Attaching& session) {
  bool routes4 = AttachRoutes4(session);
  bool routes6 = session.attachments.First(kRoutes6);
  if (!routes4 && !routes6) {
    throw KernelError("attach", "any probe for route lookups", 0, session.attachments.Reason(kRoutes4));
  }
  session.attachments.First(kSelect4);
  if (session.attachments.First(kSelect6)) session.events.ExpectChoice6();
}

}  // namespace

const KindProbes k_route_probes = {
    .hooks = {{"fib_new_table", "fib_new_table", kTrampoline, kTables, kHelps},
              {"fib_unmerge", "fib_unmerge", kTrampoline, kTables, kHelps},
              {"fib_free_table", "fib_free_table", kTrampoline, kTables, kHelps},
              {"drop4", "kfree_skb", kTracepoint, kDrops4, kHelps},
              {"route4_trampoline", "fib_table_lookup", kTrampoline, kRoutes4, kExact},
              {"route4_tracepoint", "fib_table_lookup", kTracepoint, kRoutes4, kInferred},
              {"route6_tracepoint", "fib6_table_lookup", kTracepoint, kRoutes6, kExact},
              {"select4_trampoline", "fib_select_multipath", kTrampoline, kSelect4, kHelps},
              {"select6_trampoline", "fib6_select_path", kTrampoline, kSelect6, kHelps},
              {"select6_fallback", "ip6_pol_route", kTrampoline, kSelect6, kHelps}},
    .attach = Attach,
    .walked = Walked,
};

}  // namespace tablesnoop
