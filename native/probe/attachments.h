// SPDX-License-Identifier: BSD-2-Clause
// Which programs hang in the kernel, and why the others do not. Detaches all when destroyed. One thread.
#pragma once

#include <bpf/libbpf.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "hooks.h"
#include "object.h"

namespace tablesnoop {

struct ProbeState {
  const char* probe;
  Mechanism backend;
  bool attached;
  bool missing;        // not attached although something needs it
  std::string reason;  // why not, empty if attached
  uint64_t skipped;    // runs the kernel left out because the program was running on that CPU
};

class Attachments {
 public:
  // The object must outlive this. `refused` names programs that are treated as if the kernel refused to attach them;
  // throws KernelError if one of them is no hook's.
  Attachments(const Object& object, const std::vector<std::string>& refused);

  // Attaches the first hook of the purpose that lets itself be attached. False if none does.
  bool First(Purpose purpose);
  // Attaches every hook of the purpose, or none: false if one cannot be.
  bool All(Purpose purpose);
  // The same if the session uses the mechanism; else notes that the hooks are not needed, and returns false.
  bool AllBy(Mechanism mechanism, Purpose purpose);
  // Notes that the hooks of the purpose are not needed, and why.
  void Leave(Purpose purpose, const std::string& reason);

  // The same, but they may be attached later.
  void Await(Purpose purpose, const std::string& reason);
  bool Awaits(Purpose purpose) const;
  // Attaches each hook that is awaited, and detaches it again. Throws KernelError if the kernel forbids it.
  void Rehearse() const;

  // So for every hook of the kind.
  void Leave(ts_kind kind, const std::string& reason);

  bool Uses(Mechanism mechanism) const { return object_.Uses(mechanism); }
  // Every hook of the table, under every backend where it serves all.
  std::vector<ProbeState> States() const;
  // Why the last hook of the purpose is not attached.
  std::string Reason(Purpose purpose) const;
  // Why no hook tells of the kind, or of what it is for; empty if one does.
  std::string WhyUnseen(ts_kind kind) const;
  std::string WhyUnseen(Purpose purpose) const;

 private:
  struct Detach {
    void operator()(bpf_link* link) const { bpf_link__destroy(link); }
  };
  struct Attachment {
    const Hook* hook;
    std::unique_ptr<bpf_link, Detach> link;
    bool missing;
    std::string reason;
  };

  static std::string ReasonNow(const Attachment& attachment);
  template <typename Concerns>
  std::string WhyNoneOf(Concerns concerns) const;
  bool Attach(const Hook& hook);
  void Leave(const Hook& hook, const std::string& reason);

  const Object& object_;
  std::vector<std::string> refused_;
  std::vector<Attachment> attachments_;
  std::vector<Purpose> awaited_;
};

}  // namespace tablesnoop
