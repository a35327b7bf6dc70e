// SPDX-License-Identifier: BSD-2-Clause
#include "asker.h"

#include "../../../bpf/kinds/netfilter/event.h"

namespace tablesnoop {

namespace {

// By enum ts_netfilter_asker.
constexpr const char* kAskers[] = {"netfilter", "nft fib", "rpfilter", "rerouting"};
// By enum ts_netfilter_hook.
constexpr const char* kHooks[] = {"",        " prerouting",  " input",   " forward",
                                  " output", " postrouting", " ingress", " egress"};

}  // namespace

void AppendAsker(std::string& out, uint8_t by) {
  static_assert(TS_BY(TS_ASKED_BY_REROUTING, TS_HOOK_EGRESS) == 0x37);
  out.append(kAskers[by >> 4 & 3]).append(kHooks[by & 7]);
}

}  // namespace tablesnoop
