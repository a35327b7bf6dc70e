// SPDX-License-Identifier: BSD-2-Clause
// The one table of hooks: which program of the object hangs where in the kernel, for which backend, and what for.
#pragma once

#include <bpf/btf.h>

#include <string>
#include <vector>

namespace tablesnoop {

enum class Backend { kTracepoint, kTrampoline };

const char* BackendName(Backend backend);

// What stops working without the hook.
enum class Purpose { kRoutes, kContext };

struct Hook {
  const char* program;  // in the BPF object
  const char* probe;    // the kernel's name of the hook, and the label `probe`
  Backend backend;
  Purpose purpose;
};

const std::vector<Hook>& Hooks();

// Does the running kernel have the hook? From vmlinux BTF; says nothing about whether it may be attached to.
bool IsPresent(const Hook& hook, const btf* vmlinux);

}  // namespace tablesnoop
