// SPDX-License-Identifier: BSD-2-Clause
#include "hooks.h"

namespace tablesnoop {

const char* BackendName(Backend backend) { return backend == Backend::kTracepoint ? "tracepoint" : "trampoline"; }

const std::vector<Hook>& Hooks() {
  static const std::vector<Hook> hooks = {
      {"route4_tracepoint", "fib_table_lookup", Backend::kTracepoint, Purpose::kRoutes},
      {"route6_tracepoint", "fib6_table_lookup", Backend::kTracepoint, Purpose::kRoutes},
      {"softirq_entry", "softirq_entry", Backend::kTracepoint, Purpose::kContext},
      {"softirq_exit", "softirq_exit", Backend::kTracepoint, Purpose::kContext},
      {"netif_receive_skb", "netif_receive_skb", Backend::kTracepoint, Purpose::kContext},
      {"netif_receive_skb_entry", "netif_receive_skb_entry", Backend::kTracepoint, Purpose::kContext},
      {"netif_receive_skb_exit", "netif_receive_skb_exit", Backend::kTracepoint, Purpose::kContext},
  };
  return hooks;
}

bool IsPresent(const Hook& hook, const btf* vmlinux) {
  // The kernel gives the prototype of each tracepoint a typedef of this name.
  std::string name = std::string("btf_trace_") + hook.probe;
  return btf__find_by_name_kind(vmlinux, name.c_str(), BTF_KIND_TYPEDEF) > 0;
}

}  // namespace tablesnoop
