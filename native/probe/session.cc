// SPDX-License-Identifier: BSD-2-Clause
#include "session.h"

#include "helpers.h"
#include "kernel_error.h"

namespace tablesnoop {

Session::Session(const SessionSettings& settings) {
  Btf vmlinux = LoadVmlinuxBtf();
  RequireHelpers(vmlinux.get());
  ChooseBackend(settings.backend, vmlinux.get());
  Load(settings, vmlinux.get());
  counters_ = std::make_unique<tablesnoop::Counters>(*object_);
  inventory_ = std::make_unique<tablesnoop::Inventory>(*object_);
  failed_destinations_ = std::make_unique<tablesnoop::FailedDestinations>(*object_);
  events_ = std::make_unique<EventPump>(*object_);
  attachments_ = std::make_unique<Attachments>(*object_, settings.refuse);

  if (settings.routes) {
    AttachRoutes();
  } else {
    using enum Purpose;
    for (Purpose purpose : {kTables, kContext, kRoutes4, kRoutes6, kSelect4, kSelect6}) {
      attachments_->Leave(purpose, "switched off");
    }
  }
  if (settings.rules) {
    attachments_->First(Purpose::kRules);
  } else {
    attachments_->Leave(Purpose::kRules, "switched off");
  }
}

void Session::ChooseBackend(BackendChoice choice, const btf* vmlinux) {
  if (choice == BackendChoice::kTracepoint) return;
  std::string refusal = TrampolineRefusal(vmlinux);
  if (refusal.empty()) {
    backend_ = Backend::kTrampoline;
  } else if (choice == BackendChoice::kTrampoline) {
    throw KernelError("attach", "the trampoline backend", 0, refusal);
  } else {
    fallback_reason_ = refusal;
  }
}

void Session::Load(const SessionSettings& settings, const btf* vmlinux) {
  bool trampolines = backend_ == Backend::kTrampoline;
  try {
    object_ = std::make_unique<Object>(settings.object, vmlinux, trampolines);
  } catch (const KernelError& error) {
    // One refused program fails the whole object, so the other backend gets its chance with a fresh one.
    if (!trampolines || settings.backend == BackendChoice::kTrampoline) throw;
    fallback_reason_ = error.what();
    backend_ = Backend::kTracepoint;
    object_ = std::make_unique<Object>(settings.object, vmlinux, false);
  }
}

void Session::AttachRoutes() {
  bool routes4 = AttachRoutes4();
  bool routes6 = attachments_->First(Purpose::kRoutes6);
  if (!routes4 && !routes6) {
    throw KernelError("attach", "any probe for route lookups", 0, attachments_->Reason(Purpose::kRoutes4));
  }
  attachments_->First(Purpose::kSelect4);
  if (attachments_->First(Purpose::kSelect6)) events_->ExpectChoice6();
}

bool Session::AttachRoutes4() {
  using enum Purpose;
  // What knows the namespaces comes first, so that no lookup is seen before it can be attributed.
  if (backend_ == Backend::kTrampoline && attachments_->All(kTables)) {
    inventory_->LearnTables();
    attachments_->Leave(kContext, "not needed");
  } else {
    if (backend_ == Backend::kTracepoint) attachments_->Leave(kTables, "not needed");
    attachments_->All(kContext);
  }
  return attachments_->First(kRoutes4);
}

void Session::Rehearse() const {
  counters_->Rehearse();
  inventory_->Walk();
  Probes();
}

}  // namespace tablesnoop
