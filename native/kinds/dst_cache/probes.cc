// SPDX-License-Identifier: BSD-2-Clause
#include "../probes.h"

namespace tablesnoop {

namespace {

using enum Mechanism;
using enum Grade;

constexpr Purpose kHits{TS_KIND_dst_cache, 0};
// A cache that is filled had been asked in vain.
constexpr Purpose kMisses{TS_KIND_dst_cache, 1};

void Attach(const Attaching& session) {
  session.attachments.First(kHits);
  session.attachments.AllBy(kTrampoline, kMisses);
}

}  // namespace

const KindProbes k_dst_cache_probes = {
    .hooks = {{"dst_cache_get", "dst_cache_per_cpu_get", kTrampoline, kHits, kExact},
              {"dst_cache_set4", "dst_cache_set_ip4", kTrampoline, kMisses, kHelps},
              {"dst_cache_set6", "dst_cache_set_ip6", kTrampoline, kMisses, kHelps}},
    .attach = Attach,
};

}  // namespace tablesnoop
