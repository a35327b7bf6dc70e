// SPDX-License-Identifier: BSD-2-Clause
// Hooks: which program of the object hangs where in the kernel, by which mechanism, and what it can tell.
#pragma once

#include <bpf/btf.h>

#include <string>
#include <vector>

#include "../../bpf/tablesnoop_abi.h"

namespace tablesnoop {

// How a program is attached; the label `backend`.
enum class Mechanism { kTrampoline, kTracepoint };

// The best first.
inline constexpr Mechanism kMechanisms[] = {Mechanism::kTrampoline, Mechanism::kTracepoint};

const char* MechanismName(Mechanism mechanism);

// What a hook is for, numbered by its kind. Hooks of one purpose can stand in for each other, or work only together.
struct Purpose {
  ts_kind kind;
  int number;
  bool operator==(const Purpose&) const = default;
};

enum class Grade {
  kHelps,     // tells nothing itself
  kInferred,  // tells of lookups, but some of what is told of them is inferred or left open
  kExact,
};

struct Hook {
  const char* program;  // in the BPF object
  const char* probe;    // the kernel's name of the hook, and the label `probe`
  Mechanism mechanism;
  Purpose purpose;
  Grade grade;
  int least_arguments = 0;       // that a tracepoint must hand over: some got those we need only later
  const char* module = nullptr;  // that the function belongs to, unless it is built in
};

// Of all kinds. Those of one purpose in the order in which they are tried.
const std::vector<Hook>& Hooks();

// What even the last mechanism tells exactly is the same under every backend.
inline bool ServesAll(const Hook& hook) {
  return hook.grade == Grade::kExact && hook.mechanism == Mechanism::kTracepoint;
}

// Arguments of a tracepoint of the running kernel; -1 if it has no such tracepoint.
int ArgumentsOf(const char* tracepoint, const btf* vmlinux);

// Does the running kernel have the hook? From vmlinux BTF; says nothing about whether it may be attached to.
bool IsPresent(const Hook& hook, const btf* vmlinux);

// Why the kernel does not allow the mechanism; empty if it does. Tries it on a function every kernel has.
std::string Refusal(Mechanism mechanism, const btf* vmlinux);

}  // namespace tablesnoop
