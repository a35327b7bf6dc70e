// SPDX-License-Identifier: BSD-2-Clause
#include "session.h"

#include <utility>

#include "../kinds/probes.h"
#include "helpers.h"
#include "kernel_error.h"

namespace tablesnoop {

Session::Session(const SessionSettings& settings) {
  Btf vmlinux = LoadVmlinuxBtf();
  RequireHelpers(vmlinux.get());
  Load(settings, vmlinux.get());
  counters_ = std::make_unique<tablesnoop::Counters>(*object_);
  inventory_ = std::make_unique<tablesnoop::Inventory>(*object_);
  failed_destinations_ = std::make_unique<tablesnoop::FailedDestinations>(*object_);
  events_ = std::make_unique<EventPump>(std::make_unique<KernelRing>(*object_));
  attachments_ = std::make_unique<Attachments>(*object_, settings.refuse);
  Attach(settings.object.kinds);
}

// Those the kernel allows, from the one that is wanted on.
std::vector<Mechanism> Session::Allowed(std::optional<Mechanism> wanted, const btf* vmlinux) {
  std::vector<Mechanism> allowed;
  for (Mechanism mechanism : kMechanisms) {
    if (wanted && allowed.empty() && mechanism != *wanted) continue;
    std::string refusal = Refusal(mechanism, vmlinux);
    if (refusal.empty()) {
      allowed.push_back(mechanism);
    } else if (mechanism == wanted) {
      throw KernelError("attach", std::string("the ") + MechanismName(mechanism) + " backend", 0, refusal);
    } else {
      fallback_reason_ = refusal;
    }
  }
  return allowed;
}

void Session::Load(const SessionSettings& settings, btf* vmlinux) {
  std::vector<Mechanism> mechanisms = Allowed(settings.backend, vmlinux);
  // One refused program fails the whole object, so the next backend gets its chance with a fresh one.
  while (!object_) {
    try {
      object_ = std::make_unique<Object>(settings.object, vmlinux, mechanisms);
    } catch (const KernelError& error) {
      if (settings.backend || mechanisms.size() == 1) throw;
      fallback_reason_ = error.what();
      mechanisms.erase(mechanisms.begin());
    }
  }
}

void Session::Attach(uint32_t kinds) {
  for (int number = 0; number < TS_KINDS; number++) {
    ts_kind kind = static_cast<ts_kind>(number);
    if ((kinds & 1U << number) == 0) {
      attachments_->Leave(kind, "switched off");
      continue;
    }
    attached_ |= 1U << number;
    const KindProbes& probes = *kKindProbes[number];
    if (probes.attach) probes.attach({*attachments_, *inventory_, *events_});
    if (!probes.needs_hooks) continue;
    std::string reason = attachments_->WhyUnseen(probes.seen_by.value_or(kind));
    if (!reason.empty()) unseen_.push_back({kind, std::move(reason), ""});
    for (const KindPart& part : probes.parts) {
      reason = attachments_->WhyUnseen(part.purpose);
      if (!reason.empty()) unseen_.push_back({kind, std::move(reason), part.noun});
    }
  }
}

InventoryRows Session::Walk() {
  InventoryRows rows = inventory_->Walk();
  for (int number = 0; number < TS_KINDS; number++) {
    const KindProbes& probes = *kKindProbes[number];
    if ((attached_ & 1U << number) && probes.walked) probes.walked({*attachments_, *inventory_, *events_});
  }
  return rows;
}

void Session::Rehearse() const {
  counters_->Rehearse();
  inventory_->Walk();
  attachments_->Rehearse();
  Probes();
}

}  // namespace tablesnoop
