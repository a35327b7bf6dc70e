// SPDX-License-Identifier: BSD-2-Clause
#include "module_function.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "kernel_error.h"
#include "object.h"

namespace tablesnoop {

namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  int Get() const { return number_; }

 private:
  int number_;
};

// The types of a module as the kernel holds them; a negative errno if they cannot be had.
Descriptor OpenTypes(const char* module) {
  uint32_t id = 0;
  while (bpf_btf_get_next_id(id, &id) == 0) {
    Descriptor types(bpf_btf_get_fd_by_id(id));
    if (types.Get() < 0) {
      // Gone in the meantime.
      if (errno == ENOENT) continue;
      return Descriptor(-errno);
    }
    char name[64] = {};
    bpf_btf_info info = {};
    info.name = reinterpret_cast<uintptr_t>(name);
    info.name_len = sizeof(name);
    uint32_t size = sizeof(info);
    if (bpf_obj_get_info_by_fd(types.Get(), &info, &size) == 0 && info.kernel_btf && strcmp(name, module) == 0) {
      return types;
    }
  }
  return Descriptor(-errno);
}

bool IsLoaded(const char* module) { return access((std::string("/sys/module/") + module).c_str(), F_OK) == 0; }

std::string NotLoaded(const char* module) {
  return std::string("module ") + module + " is not loaded; restart when it is";
}

std::string TryToLoad(const Hook& hook, int types, int function) {
  const bpf_insn return_zero[] = {
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .src_reg = 0, .off = 0, .imm = 0},
      {.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0},
  };
  LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_TRACE_FENTRY,
              .attach_btf_id = static_cast<uint32_t>(function), .attach_btf_obj_fd = static_cast<uint32_t>(types));
  Descriptor program(bpf_prog_load(BPF_PROG_TYPE_TRACING, "module_test", "Dual BSD/GPL", return_zero, 2, &options));
  if (program.Get() >= 0) return "";
  return std::string("load fentry/") + hook.probe + ": " + DescribeErrno(errno);
}

}  // namespace

std::string ModuleRefusal(const Hook& hook, btf* vmlinux) {
  LibbpfLog log;
  const std::string module = std::string("module ") + hook.module;
  if (!IsLoaded(hook.module)) return NotLoaded(hook.module);
  Btf types(btf__load_module_btf(hook.module, vmlinux));
  if (!types) return "the kernel has no types of " + module + " (CONFIG_DEBUG_INFO_BTF_MODULES)";
  int function = btf__find_by_name_kind(types.get(), hook.probe, BTF_KIND_FUNC);
  if (function < 0) return module + " has no such function";
  Descriptor kernels = OpenTypes(hook.module);
  if (kernels.Get() == -EPERM) return "the types of " + module + " take CAP_SYS_ADMIN";
  if (kernels.Get() < 0) return "open the types of " + module + ": " + DescribeErrno(-kernels.Get());
  return TryToLoad(hook, kernels.Get(), function);
}

std::string RefusalNow(const Hook& hook, const std::string& refusal) {
  if (!hook.module || refusal != NotLoaded(hook.module) || !IsLoaded(hook.module)) return refusal;
  return std::string("module ") + hook.module + " has been loaded since the start; restart to see what it does";
}

}  // namespace tablesnoop
