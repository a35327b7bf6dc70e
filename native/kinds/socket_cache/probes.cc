// SPDX-License-Identifier: BSD-2-Clause
#include "../probes.h"

namespace tablesnoop {

namespace {

using enum Mechanism;
using enum Grade;

constexpr Purpose kHits{TS_KIND_socket_cache, 0};

void Attach(const Attaching& session) { session.attachments.AllBy(kTrampoline, kHits); }

}  // namespace

const KindProbes k_socket_cache_probes = {
    .hooks = {{"socket_route", "sk_dst_check", kTrampoline, kHits, kExact},
              {"socket_route_locked", "__sk_dst_check", kTrampoline, kHits, kExact}},
    .attach = Attach,
};

}  // namespace tablesnoop
