// SPDX-License-Identifier: BSD-2-Clause
#include "hooks.h"

#include <bpf/bpf.h>
#include <unistd.h>

#include <cerrno>

#include "../kinds/probes.h"
#include "kernel_error.h"

namespace tablesnoop {

const char* MechanismName(Mechanism mechanism) {
  return mechanism == Mechanism::kTracepoint ? "tracepoint" : "trampoline";
}

const std::vector<Hook>& Hooks() {
  static const std::vector<Hook> hooks = [] {
    std::vector<Hook> all;
    for (const KindProbes* probes : kKindProbes) all.insert(all.end(), probes->hooks.begin(), probes->hooks.end());
    return all;
  }();
  return hooks;
}

int ArgumentsOf(const char* tracepoint, const btf* vmlinux) {
  // The kernel gives the prototype of each tracepoint a typedef of this name: of a pointer to a function.
  std::string name = std::string("btf_trace_") + tracepoint;
  int id = btf__find_by_name_kind(vmlinux, name.c_str(), BTF_KIND_TYPEDEF);
  if (id < 0) return -1;
  const btf_type* pointer = btf__type_by_id(vmlinux, btf__type_by_id(vmlinux, static_cast<uint32_t>(id))->type);
  const btf_type* prototype = pointer ? btf__type_by_id(vmlinux, pointer->type) : nullptr;
  // The first is the tracepoint's own.
  return prototype && btf_is_func_proto(prototype) ? btf_vlen(prototype) - 1 : 0;
}

bool IsPresent(const Hook& hook, const btf* vmlinux) {
  if (hook.mechanism == Mechanism::kTrampoline) return btf__find_by_name_kind(vmlinux, hook.probe, BTF_KIND_FUNC) > 0;
  return ArgumentsOf(hook.probe, vmlinux) >= hook.least_arguments;
}

std::string Refusal(Mechanism mechanism, const btf* vmlinux) {
  if (mechanism != Mechanism::kTrampoline) return "";
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
