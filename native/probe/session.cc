// SPDX-License-Identifier: BSD-2-Clause
#include "session.h"

#include <algorithm>
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

// The function whose program the verifier refused, by libbpf's last word on it, if no tracepoint can stand in for it;
// else null.
const Hook* Dispensable(const KernelError& error) {
  if (error.Code() == "EPERM") return nullptr;
  for (const Hook& hook : Hooks()) {
    if (hook.mechanism != Mechanism::kTrampoline) continue;
    if (error.log().find(std::string("prog '") + hook.program + "': failed to load") == std::string::npos) continue;
    bool has_other = std::ranges::any_of(Hooks(), [&hook](const Hook& other) {
      return other.purpose == hook.purpose && other.mechanism != hook.mechanism;
    });
    return has_other ? nullptr : &hook;
  }
  return nullptr;
}

void Session::Load(const SessionSettings& settings, btf* vmlinux) {
  std::vector<Mechanism> mechanisms = Allowed(settings.backend, vmlinux);
  Reasons refused;
  // One refused program fails the whole object: the next one does without it, or by the next backend.
  while (!object_) {
    try {
      object_ = std::make_unique<Object>(settings.object, vmlinux, mechanisms, refused);
    } catch (const KernelError& error) {
      const Hook* hook = Dispensable(error);
      if (hook && refused.emplace(hook->program, error.what()).second) continue;
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
  }
}

std::vector<UnseenKind> Session::Unseen() const {
  std::vector<UnseenKind> unseen;
  for (int number = 0; number < TS_KINDS; number++) {
    ts_kind kind = static_cast<ts_kind>(number);
    if ((attached_ & 1U << number) == 0) continue;
    const KindProbes& probes = *kKindProbes[number];
    if (probes.needs_hooks) {
      std::string reason = attachments_->WhyUnseen(probes.seen_by.value_or(kind));
      if (!reason.empty()) {
        unseen.push_back({kind, std::move(reason), "", false});
        continue;
      }
    }
    for (const KindPart& part : probes.parts) {
      std::string reason = attachments_->WhyUnseen(part.purpose);
      if (!reason.empty()) unseen.push_back({kind, std::move(reason), part.noun, part.is_elsewhere});
    }
  }
  return unseen;
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
