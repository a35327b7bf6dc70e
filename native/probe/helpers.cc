// SPDX-License-Identifier: BSD-2-Clause
#include "helpers.h"

#include <cstring>

#include "kernel_error.h"

namespace tablesnoop {

namespace {

struct Helper {
  const char* name;
  const char* enumerator;
  const char* since;
};

constexpr Helper kHelpers[] = {
    {"bpf_loop", "BPF_FUNC_loop", "5.17"},
    {"bpf_map_lookup_percpu_elem", "BPF_FUNC_map_lookup_percpu_elem", "5.19"},
};

bool HasMember(const btf* types, const btf_type* type, const char* name) {
  const struct btf_enum* members = btf_enum(type);
  for (uint32_t at = 0; at < btf_vlen(type); at++) {
    if (strcmp(btf__name_by_offset(types, members[at].name_off), name) == 0) return true;
  }
  return false;
}

}  // namespace

std::string MissingHelpers(const btf* vmlinux) {
  int id = btf__find_by_name_kind(vmlinux, "bpf_func_id", BTF_KIND_ENUM);
  if (id < 0) return "";
  const btf_type* type = btf__type_by_id(vmlinux, static_cast<uint32_t>(id));
  std::string missing;
  for (const auto& [name, enumerator, since] : kHelpers) {
    if (HasMember(vmlinux, type, enumerator)) continue;
    if (!missing.empty()) missing += " and ";
    missing += std::string(name) + " (in Linux since " + since + ")";
  }
  return missing;
}

void RequireHelpers(const btf* vmlinux) {
  std::string missing = MissingHelpers(vmlinux);
  if (!missing.empty()) throw KernelError("load", "the BPF programs", 0, "this kernel lacks " + missing);
}

}  // namespace tablesnoop
