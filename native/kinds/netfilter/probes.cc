// SPDX-License-Identifier: BSD-2-Clause
#include "../probes.h"

namespace tablesnoop {

namespace {

using enum Mechanism;
using enum Grade;

// Each function by itself, as its module may be there without the others.
constexpr Purpose kFib4{TS_KIND_netfilter, 0};
constexpr Purpose kFib4Type{TS_KIND_netfilter, 1};
constexpr Purpose kFib6{TS_KIND_netfilter, 2};
constexpr Purpose kFib6Type{TS_KIND_netfilter, 3};
constexpr Purpose kRpfilter{TS_KIND_netfilter, 4};
constexpr Purpose kReroute4{TS_KIND_netfilter, 5};
constexpr Purpose kReroute6{TS_KIND_netfilter, 6};

constexpr char kModule4[] = "nft_fib_ipv4";
constexpr char kModule6[] = "nft_fib_ipv6";

void Attach(const Attaching& session) {
  for (Purpose purpose : {kFib4, kFib4Type, kFib6, kFib6Type, kRpfilter, kReroute4, kReroute6}) {
    session.attachments.First(purpose);
  }
}

}  // namespace

const KindProbes k_netfilter_probes = {
    .hooks = {{"nft_fib4", "nft_fib4_eval", kTrampoline, kFib4, kExact, 0, kModule4},
              {"nft_fib4_type", "nft_fib4_eval_type", kTrampoline, kFib4Type, kExact, 0, kModule4},
              {"nft_fib6", "nft_fib6_eval", kTrampoline, kFib6, kExact, 0, kModule6},
              {"nft_fib6_type", "nft_fib6_eval_type", kTrampoline, kFib6Type, kExact, 0, kModule6},
              {"rpfilter4", "rpfilter_lookup_reverse", kTrampoline, kRpfilter, kExact, 0, "ipt_rpfilter"},
              {"reroute4", "ip_route_me_harder", kTrampoline, kReroute4, kExact},
              {"reroute6", "ip6_route_me_harder", kTrampoline, kReroute6, kExact}},
    .attach = Attach,
    .parts = {{"IPv4 routes that nft asks for", kFib4},
              {"IPv6 routes that nft asks for", kFib6},
              {"IPv4 routes that rpfilter asks for", kRpfilter}},
};

}  // namespace tablesnoop
