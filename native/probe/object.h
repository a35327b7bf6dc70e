// SPDX-License-Identifier: BSD-2-Clause
// The BPF object: opened, sized for this machine, loaded. Owns every map and program of it.
#pragma once

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "hooks.h"

namespace tablesnoop {

struct ObjectSettings {
  std::string path;
  uint32_t counters;    // counter indices, the overflow ones included
  uint32_t ring_bytes;  // of the event ring: a power of two, at least a page
  uint32_t kinds;       // 1 << ts_kind: what is to be seen
};

// By program.
using Reasons = std::map<std::string, std::string>;

struct FreeBtf {
  void operator()(btf* types) const { btf__free(types); }
};
using Btf = std::unique_ptr<btf, FreeBtf>;

// The types of the running kernel. Throws KernelError if it was built without.
Btf LoadVmlinuxBtf();

class Object {
 public:
  // Opens and loads. Hooks the kernel lacks are left out of the load, and those by other mechanisms than these, of
  // which the first is the best; and programs that were refused before, with reasons. Throws KernelError.
  Object(const ObjectSettings& settings, btf* vmlinux, const std::vector<Mechanism>& mechanisms,
         const Reasons& refused);

  // Throw KernelError if the object has none of that name: it was built from other sources than we were.
  bpf_map* Map(const char* name) const;
  bpf_program* Program(const char* name) const;

  // Why a program was left out of the load although the kernel, or one of its modules, may have its hook; empty if that
  // is not so.
  std::string WhyLeftOut(const Hook& hook) const;
  bool IsRefused(const Hook& hook) const { return refused_.contains(hook.program); }

  // Whether the kind was asked for.
  bool Wants(ts_kind kind) const { return (kinds_ & 1U << kind) != 0; }

  // What a map of constants holds: before the load only. Throws KernelError.
  void SetReadOnly(const char* name, const void* value, size_t bytes) const;

  // Ends the wait of IPv4 misses that nothing has resolved (bpf/kinds/route/unowned_end.bpf.h). Any thread.
  // Returns 0 or a negative errno.
  int GiveUp() const;

  // Whether programs that are attached so were loaded.
  bool Uses(Mechanism mechanism) const { return std::ranges::find(mechanisms_, mechanism) != mechanisms_.end(); }
  bool HasTrampolines() const { return Uses(Mechanism::kTrampoline); }
  Mechanism Best() const { return mechanisms_.front(); }

 private:
  bool IsToLoad(const Hook& hook, btf* vmlinux);

  struct Close {
    void operator()(bpf_object* object) const { bpf_object__close(object); }
  };
  std::unique_ptr<bpf_object, Close> object_;
  uint32_t kinds_;
  std::vector<Mechanism> mechanisms_;
  Reasons refused_;
  Reasons left_out_;  // for want of a module, or of the right to open its types
};

}  // namespace tablesnoop
