// SPDX-License-Identifier: BSD-2-Clause
#include "../probes.h"

#include <string_view>

#include "../../../bpf/kinds/netfilter/event.h"
#include "../../probe/kernel_error.h"
#include "../../probe/object.h"

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
constexpr Purpose kSets{TS_KIND_netfilter, 7};

constexpr char kModule4[] = "nft_fib_ipv4";
constexpr char kModule6[] = "nft_fib_ipv6";
constexpr char kRpfilterModule[] = "ipt_rpfilter";
constexpr char kSetModule[] = "nf_tables";

// Sets whose names are kept. Beyond the first, the kernel keeps up to 128 spare ones for each CPU (LOCAL_FREE_TARGET),
// which are full for all others.
constexpr uint32_t kMostSets = 1024;
constexpr uint32_t kSpareForCpu = 128;

// Under way at the same time: one for each CPU and each task that was interrupted in one.
constexpr uint32_t kMostQuestions = 4096;

struct Member {
  const char* of;
  const char* name;
  uint32_t ts_nft_layout::*bytes;
};
constexpr Member kMembers[] = {
    {"nft_lookup", "set", &ts_nft_layout::lookup_set},     {"nft_lookup", "invert", &ts_nft_layout::lookup_invert},
    {"nft_set", "table", &ts_nft_layout::set_table},       {"nft_set", "name", &ts_nft_layout::set_name},
    {"nft_set", "handle", &ts_nft_layout::set_handle},     {"nft_table", "name", &ts_nft_layout::table_name},
    {"nft_table", "handle", &ts_nft_layout::table_handle}, {"nft_table", "family", &ts_nft_layout::table_family},
};

// Puts the member's place into the layout. False if there is no such member.
bool Find(const Member& member, const btf* types, ts_nft_layout& layout) {
  int id = btf__find_by_name_kind(types, member.of, BTF_KIND_STRUCT);
  if (id < 0) return false;
  const btf_type* type = btf__type_by_id(types, static_cast<uint32_t>(id));
  for (uint32_t at = 0; at < btf_vlen(type); at++) {
    if (std::string_view(btf__name_by_offset(types, btf_members(type)[at].name_off)) != member.name) continue;
    layout.*member.bytes = btf_member_bit_offset(type, at) / 8;
    return true;
  }
  return false;
}

// All zero if these types do not have all of them.
ts_nft_layout LayoutOf(const btf* types) {
  ts_nft_layout layout = {};
  for (const Member& member : kMembers) {
    if (!Find(member, types, layout)) return {};
  }
  return layout;
}

void Prepare(const Object& object, btf* vmlinux) {
  if (!object.Wants(TS_KIND_netfilter)) return;
  uint32_t cpus = static_cast<uint32_t>(libbpf_num_possible_cpus());
  bpf_map__set_max_entries(object.Map("nft_sets"), kMostSets + kSpareForCpu * cpus);
  bpf_map__set_max_entries(object.Map("netfilter_questions"), kMostQuestions);
  LibbpfLog log;
  Btf types(btf__load_module_btf(kSetModule, vmlinux));
  ts_nft_layout layout = LayoutOf(types ? types.get() : vmlinux);
  object.SetReadOnly(".rodata.nft", &layout, sizeof(layout));
}

void Attach(const Attaching& session) {
  for (Purpose purpose : {kFib4, kFib4Type, kFib6, kFib6Type, kRpfilter, kReroute4, kReroute6, kSets}) {
    session.attachments.AllBy(kTrampoline, purpose);
  }
}

}  // namespace

const KindProbes k_netfilter_probes = {
    .hooks = {{"nft_fib4_begins", "nft_fib4_eval", kTrampoline, kFib4, kHelps, 0, kModule4},
              {"nft_fib4", "nft_fib4_eval", kTrampoline, kFib4, kExact, 0, kModule4},
              {"nft_fib4_type_begins", "nft_fib4_eval_type", kTrampoline, kFib4Type, kHelps, 0, kModule4},
              {"nft_fib4_type", "nft_fib4_eval_type", kTrampoline, kFib4Type, kExact, 0, kModule4},
              {"nft_fib6_begins", "nft_fib6_eval", kTrampoline, kFib6, kHelps, 0, kModule6},
              {"nft_fib6", "nft_fib6_eval", kTrampoline, kFib6, kExact, 0, kModule6},
              {"nft_fib6_type_begins", "nft_fib6_eval_type", kTrampoline, kFib6Type, kHelps, 0, kModule6},
              {"nft_fib6_type", "nft_fib6_eval_type", kTrampoline, kFib6Type, kExact, 0, kModule6},
              {"rpfilter4_begins", "rpfilter_lookup_reverse", kTrampoline, kRpfilter, kHelps, 0, kRpfilterModule},
              {"rpfilter4", "rpfilter_lookup_reverse", kTrampoline, kRpfilter, kExact, 0, kRpfilterModule},
              {"reroute4_begins", "ip_route_me_harder", kTrampoline, kReroute4, kHelps},
              {"reroute4", "ip_route_me_harder", kTrampoline, kReroute4, kExact},
              {"reroute6_begins", "ip6_route_me_harder", kTrampoline, kReroute6, kHelps},
              {"reroute6", "ip6_route_me_harder", kTrampoline, kReroute6, kExact},
              {"nft_set_goes", "nft_set_destroy", kTrampoline, kSets, kHelps, 0, kSetModule},
              {"nft_lookup", "nft_lookup_eval", kTrampoline, kSets, kExact, 0, kSetModule}},
    .attach = Attach,
    .prepare = Prepare,
    .parts = {{"IPv4 routes that nft asks for", kFib4},
              {"IPv6 routes that nft asks for", kFib6},
              {"IPv4 routes that rpfilter asks for", kRpfilter},
              {"lookups in nft's sets", kSets}},
};

}  // namespace tablesnoop
