// SPDX-License-Identifier: BSD-2-Clause
// Probes in the kernel, from load to detach. No Node here. One thread opens, uses and destroys a session; several
// sessions may live side by side, in one process or many. Everything the kernel holds for us dies with the process.
#pragma once

#include <memory>
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

enum class BackendChoice { kAuto, kTracepoint, kTrampoline };

struct SessionSettings {
  ObjectSettings object;
  BackendChoice backend;
  bool routes;  // attach what sees route lookups
  bool rules;   // attach what sees rule lookups
  std::vector<std::string> refuse;  // programs that are not attached, as if the kernel refused: for tests
};

class Session {
 public:
  // Loads, walks the inventory once, attaches. A hook that cannot be attached degrades what it is for. Throws
  // KernelError if routes are asked for and none can be seen, or the backend asked for is refused.
  explicit Session(const SessionSettings& settings);

  tablesnoop::Backend Backend() const { return backend_; }
  // Why kAuto did not take trampolines; empty otherwise.
  const std::string& FallbackReason() const { return fallback_reason_; }
  tablesnoop::Counters& Counters() { return *counters_; }
  const tablesnoop::Inventory& Inventory() const { return *inventory_; }
  tablesnoop::FailedDestinations& FailedDestinations() { return *failed_destinations_; }
  EventPump& Events() { return *events_; }
  // Makes once every kind of call to the kernel that a session makes later, and changes nothing. Throws KernelError if
  // one is refused.
  void Rehearse() const;
  std::vector<ProbeState> Probes() const { return attachments_->States(backend_); }

 private:
  void ChooseBackend(BackendChoice choice, const btf* vmlinux);
  void Load(const SessionSettings& settings, const btf* vmlinux);
  void AttachRoutes();
  bool AttachRoutes4();

  tablesnoop::Backend backend_ = tablesnoop::Backend::kTracepoint;
  std::string fallback_reason_;
  // Destroyed from the last to the first: links before the maps their programs use.
  std::unique_ptr<Object> object_;
  std::unique_ptr<tablesnoop::Counters> counters_;
  std::unique_ptr<tablesnoop::Inventory> inventory_;
  std::unique_ptr<tablesnoop::FailedDestinations> failed_destinations_;
  std::unique_ptr<EventPump> events_;
  std::unique_ptr<Attachments> attachments_;
};

}  // namespace tablesnoop
