// SPDX-License-Identifier: BSD-2-Clause
// Probes in the kernel, from load to detach. No Node here. One thread opens, uses and destroys a session; several
// sessions may live side by side, in one process or many. Everything the kernel holds for us dies with the process.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "attachments.h"
#include "counters.h"
#include "event_pump.h"
#include "failed_destinations.h"
#include "hooks.h"
#include "inventory.h"
#include "object.h"

namespace tablesnoop {

struct SessionSettings {
  ObjectSettings object;
  std::optional<Mechanism> backend;  // the best to use, and to insist on; without it whatever the kernel allows
  std::vector<std::string> refuse;   // programs that are not attached, as if the kernel refused: for tests
};

// A kind, or a part of one, that was asked for and that no hook tells of.
struct UnseenKind {
  ts_kind kind;
  std::string reason;
  std::string part;   // its noun; empty: all of the kind
  bool is_elsewhere;  // only of other namespaces than the one this process is in
};

class Session {
 public:
  // Loads, walks the inventory once, attaches. A hook that cannot be attached degrades what it is for. Throws
  // KernelError if a kind that is asked for says so, or the backend asked for is refused.
  explicit Session(const SessionSettings& settings);

  Mechanism Backend() const { return object_->Best(); }
  // Why it is not a better one, if none was insisted on; else empty.
  const std::string& FallbackReason() const { return fallback_reason_; }
  // As it is now: why may change, when a module has come.
  std::vector<UnseenKind> Unseen() const;
  tablesnoop::Counters& Counters() { return *counters_; }
  // Walks the inventory, and attaches what has become necessary by what it found.
  InventoryRows Walk();
  tablesnoop::FailedDestinations& FailedDestinations() { return *failed_destinations_; }
  EventPump& Events() { return *events_; }
  const Object& Loaded() const { return *object_; }
  // Makes once every kind of call to the kernel that a session makes later, and changes nothing. Throws KernelError if
  // one is refused.
  void Rehearse() const;
  std::vector<ProbeState> Probes() const { return attachments_->States(); }

 private:
  std::vector<Mechanism> Allowed(std::optional<Mechanism> wanted, const btf* vmlinux);
  void Load(const SessionSettings& settings, btf* vmlinux);
  void Attach(uint32_t kinds);

  std::string fallback_reason_;
  uint32_t attached_ = 0;  // 1 << ts_kind
  // Destroyed from the last to the first: links before the maps their programs use.
  std::unique_ptr<Object> object_;
  std::unique_ptr<tablesnoop::Counters> counters_;
  std::unique_ptr<tablesnoop::Inventory> inventory_;
  std::unique_ptr<tablesnoop::FailedDestinations> failed_destinations_;
  std::unique_ptr<EventPump> events_;
  std::unique_ptr<Attachments> attachments_;
};

}  // namespace tablesnoop
