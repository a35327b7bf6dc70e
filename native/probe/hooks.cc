// SPDX-License-Identifier: BSD-2-Clause
#include "hooks.h"

#include <bpf/bpf.h>
#include <unistd.h>

#include <cerrno>

#include "kernel_error.h"

namespace tablesnoop {

const char* BackendName(Backend backend) { return backend == Backend::kTracepoint ? "tracepoint" : "trampoline"; }

const std::vector<Hook>& Hooks() {
  using enum Mechanism;
  using enum Purpose;
  static const std::vector<Hook> hooks = {
      {"fib_new_table", "fib_new_table", kFunction, kTables},
      {"fib_unmerge", "fib_unmerge", kFunction, kTables},
      {"fib_free_table", "fib_free_table", kFunction, kTables},
      {"softirq_entry", "softirq_entry", kTracepoint, kContext},
      {"softirq_exit", "softirq_exit", kTracepoint, kContext},
      {"netif_receive_skb", "netif_receive_skb", kTracepoint, kContext},
      {"netif_receive_skb_entry", "netif_receive_skb_entry", kTracepoint, kContext},
      {"netif_receive_skb_exit", "netif_receive_skb_exit", kTracepoint, kContext},
      {"route4_trampoline", "fib_table_lookup", kFunction, kRoutes4},
      {"route4_tracepoint", "fib_table_lookup", kTracepoint, kRoutes4},
      {"route6_tracepoint", "fib6_table_lookup", kTracepoint, kRoutes6},
      {"select4_trampoline", "fib_select_multipath", kFunction, kSelect4},
      {"select6_trampoline", "fib6_select_path", kFunction, kSelect6},
      {"select6_fallback", "ip6_pol_route", kFunction, kSelect6},
      {"rule_trampoline", "fib_rules_lookup", kFunction, kRules},
  };
  return hooks;
}

bool IsPresent(const Hook& hook, const btf* vmlinux) {
  if (hook.mechanism == Mechanism::kFunction) return btf__find_by_name_kind(vmlinux, hook.probe, BTF_KIND_FUNC) > 0;
  // The kernel gives the prototype of each tracepoint a typedef of this name.
  std::string name = std::string("btf_trace_") + hook.probe;
  return btf__find_by_name_kind(vmlinux, name.c_str(), BTF_KIND_TYPEDEF) > 0;
}

std::string TrampolineRefusal(const btf* vmlinux) {
  const char function[] = "fib_table_lookup";
  int id = btf__find_by_name_kind(vmlinux, function, BTF_KIND_FUNC);
  if (id < 0) return std::string("the kernel has no function ") + function;

  const bpf_insn return_zero[] = {
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .src_reg = 0, .off = 0, .imm = 0},
      {.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0},
  };
  LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_TRACE_FEXIT,
              .attach_btf_id = static_cast<uint32_t>(id));
  int program = bpf_prog_load(BPF_PROG_TYPE_TRACING, "trampoline_test", "Dual BSD/GPL", return_zero, 2, &options);
  if (program < 0) return std::string("load fexit/") + function + ": " + DescribeErrno(-program);
  int link = bpf_raw_tracepoint_open(nullptr, program);
  std::string refusal = link < 0 ? std::string("attach fexit/") + function + ": " + DescribeErrno(-link) : "";
  if (link >= 0) close(link);
  close(program);
  return refusal;
}

}  // namespace tablesnoop
