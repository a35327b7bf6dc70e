// SPDX-License-Identifier: BSD-2-Clause
#include <doctest/doctest.h>

#include <initializer_list>
#include <memory>
#include <string>

// It needs libbpf for more than words, so it is not among the sources that every unit test links.
#include "../../native/probe/helpers.cc"

using namespace tablesnoop;

namespace {

struct Free {
  void operator()(btf* types) const { btf__free(types); }
};
using Types = std::unique_ptr<btf, Free>;

// Types of a kernel whose enumeration of helpers has these members.
Types KernelWith(std::initializer_list<const char*> helpers) {
  Types types(btf__new_empty());
  btf__add_enum(types.get(), "bpf_func_id", 4);
  int value = 0;
  for (const char* helper : helpers) btf__add_enum_value(types.get(), helper, value++);
  return types;
}

}  // namespace

TEST_CASE("a kernel with every helper lacks none") {
  Types types = KernelWith({"BPF_FUNC_unspec", "BPF_FUNC_map_lookup_percpu_elem", "BPF_FUNC_loop"});
  CHECK(MissingHelpers(types.get()) == "");
  RequireHelpers(types.get());
}

TEST_CASE("a kernel whose types do not list its helpers is given the benefit of the doubt") {
  Types types(btf__new_empty());
  CHECK(MissingHelpers(types.get()) == "");
}

TEST_CASE("what a kernel of 5.15 and one of 5.17 lack is named with the release that has it") {
  CHECK(MissingHelpers(KernelWith({"BPF_FUNC_unspec"}).get()) ==
        "bpf_loop (in Linux since 5.17) and bpf_map_lookup_percpu_elem (in Linux since 5.19)");
  CHECK(MissingHelpers(KernelWith({"BPF_FUNC_loop"}).get()) == "bpf_map_lookup_percpu_elem (in Linux since 5.19)");
}

TEST_CASE("a kernel that lacks a helper is refused in one line, without an errno") {
  Types types = KernelWith({"BPF_FUNC_loop"});
  std::string text;
  std::string code = "none";
  try {
    RequireHelpers(types.get());
  } catch (const KernelError& error) {
    text = error.what();
    code = error.Code();
  }
  CHECK(text == "load the BPF programs: this kernel lacks bpf_map_lookup_percpu_elem (in Linux since 5.19)");
  CHECK(code == "");
}
