// SPDX-License-Identifier: BSD-2-Clause
// The one table of hooks: which program of the object hangs where in the kernel, for which backend, and what for.
#pragma once

#include <bpf/btf.h>

#include <string>
#include <vector>

namespace tablesnoop {

enum class Backend { kTracepoint, kTrampoline };

const char* BackendName(Backend backend);

enum class Purpose {
  kTables,   // which namespace an IPv4 table belongs to; what kRoutes4 by trampoline needs
  kContext,  // which namespace the running code works for; what kRoutes4 by tracepoint needs
  kRoutes4,
  kRoutes6,
  kSelect4,  // which of several nexthops was taken
  kSelect6,
  kRules,
};

enum class Mechanism { kTracepoint, kFunction };

struct Hook {
  const char* program;  // in the BPF object
  const char* probe;    // the kernel's name of the hook, and the label `probe`
  Mechanism mechanism;
  Purpose purpose;
};

// In the order in which those of one purpose are tried.
const std::vector<Hook>& Hooks();

// Does the running kernel have the hook? From vmlinux BTF; says nothing about whether it may be attached to.
bool IsPresent(const Hook& hook, const btf* vmlinux);

// Tries a trampoline on a function every kernel has. Empty if the kernel allows them, else why not.
std::string TrampolineRefusal(const btf* vmlinux);

}  // namespace tablesnoop
