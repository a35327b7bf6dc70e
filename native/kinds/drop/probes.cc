// SPDX-License-Identifier: BSD-2-Clause
#include "../probes.h"

#include <cstring>
#include <iterator>
#include <string>

#include "../../../bpf/kinds/drop/event.h"
#include "../../probe/object.h"

namespace tablesnoop {

namespace {

constexpr char kTracepoint[] = "kfree_skb";
constexpr char kPrefix[] = "SKB_DROP_REASON_";

// Words of the kernel's enum. A kernel that lacks one never drops for it, or does not say so.
constexpr struct {
  const char* word;
  ts_drop_reason reason;
} kReasons[] = {
#define REASON(word) \
  { #word, TS_REASON_##word }
    REASON(IP_INNOROUTES),      REASON(IP_OUTNOROUTES),    REASON(IP_INADDRERRORS),
    REASON(IP_RPFILTER),        REASON(IP_LOCAL_SOURCE),   REASON(IP_INVALID_SOURCE),
    REASON(IP_LOCALNET),        REASON(IP_INVALID_DEST),   REASON(UNICAST_IN_L2_MULTICAST),
    REASON(IP_INHDR),           REASON(PKT_TOO_BIG),       REASON(XFRM_POLICY),
    REASON(IPV6DISABLED),       REASON(NEIGH_CREATEFAIL),  REASON(NEIGH_FAILED),
    REASON(NEIGH_QUEUEFULL),    REASON(NEIGH_DEAD),        REASON(NEIGH_HH_FILLFAIL),
    REASON(NO_TX_TARGET),       REASON(VXLAN_INVALID_HDR), REASON(VXLAN_VNI_NOT_FOUND),
    REASON(VXLAN_ENTRY_EXISTS), REASON(TUNNEL_TXINFO),     REASON(LOCAL_MAC),
    REASON(IP_TUNNEL_ECN),      REASON(RECURSION_LIMIT),
#undef REASON
};
static_assert(std::size(kReasons) == TS_REASON_RECURSION_LIMIT, "every reason of the contract is looked for");

uint8_t ReasonOf(const char* enumerator) {
  if (strncmp(enumerator, kPrefix, strlen(kPrefix)) != 0) return 0;
  for (const auto& [word, reason] : kReasons) {
    if (strcmp(enumerator + strlen(kPrefix), word) == 0) return reason;
  }
  return 0;
}

void Prepare(const Object& object, btf* vmlinux) {
  ts_drop_settings settings = {};
  int id = btf__find_by_name_kind(vmlinux, "skb_drop_reason", BTF_KIND_ENUM);
  if (id > 0) {
    const btf_type* type = btf__type_by_id(vmlinux, static_cast<uint32_t>(id));
    const struct btf_enum* members = btf_enum(type);
    for (uint32_t at = 0; at < btf_vlen(type); at++) {
      uint32_t number = static_cast<uint32_t>(members[at].val);
      if (number >= TS_KERNEL_REASONS) continue;
      settings.reason[number] = ReasonOf(btf__name_by_offset(vmlinux, members[at].name_off));
    }
  }
  settings.has_receiver = ArgumentsOf(kTracepoint, vmlinux) > 3;
  object.SetReadOnly(".rodata.drop", &settings, sizeof(settings));
}

constexpr Purpose kDrops{TS_KIND_drop, 0};

}  // namespace

const KindProbes k_drop_probes = {
    // Packet, place and, since 5.17, the reason.
    .hooks = {{"drop", kTracepoint, Mechanism::kTracepoint, kDrops, Grade::kExact, 3}},
    .attach = [](const Attaching& session) { session.attachments.First(kDrops); },
    .prepare = Prepare,
};

}  // namespace tablesnoop
