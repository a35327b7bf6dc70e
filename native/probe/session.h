// SPDX-License-Identifier: BSD-2-Clause
// Probes in the kernel, from load to detach. No Node here. One thread opens, uses and destroys a session; several
// sessions may live side by side, in one process or many. Everything the kernel holds for us dies with the process.
#pragma once

#include <bpf/libbpf.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "counters.h"
#include "hooks.h"
#include "inventory.h"
#include "object.h"

namespace tablesnoop {

struct ProbeState {
  const Hook* hook;
  bool attached;
  std::string reason;  // why not, empty if attached
  uint64_t skipped;    // runs the kernel left out because the program was running on that CPU
};

class Session {
 public:
  // Loads, walks the inventory once, attaches. A hook that cannot be attached degrades what it is for; without any
  // hook for routes there is nothing to do, and this throws KernelError.
  explicit Session(const ObjectSettings& settings);

  tablesnoop::Counters& Counters() { return counters_; }
  const tablesnoop::Inventory& Inventory() const { return inventory_; }
  std::vector<ProbeState> Probes() const;

 private:
  struct Detach {
    void operator()(bpf_link* link) const { bpf_link__destroy(link); }
  };
  struct Attachment {
    const Hook* hook;
    std::unique_ptr<bpf_link, Detach> link;
    std::string reason;
  };

  void Attach(const Hook& hook);

  // Destroyed from the last to the first: links before the maps their programs use.
  Object object_;
  tablesnoop::Counters counters_;
  tablesnoop::Inventory inventory_;
  std::vector<Attachment> attachments_;
};

}  // namespace tablesnoop
