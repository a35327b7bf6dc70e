// SPDX-License-Identifier: BSD-2-Clause
#include "attachments.h"

#include <bpf/bpf.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "kernel_error.h"
#include "module_function.h"

namespace tablesnoop {

namespace {

constexpr char kNotNeeded[] = "not needed";

// Two kinds may hang a program each on one probe; it is told of once, as missing if either misses it.
void Add(std::vector<ProbeState>& states, ProbeState state) {
  for (ProbeState& known : states) {
    if (strcmp(known.probe, state.probe) != 0 || known.backend != state.backend) continue;
    if (state.missing ? !known.missing : state.attached && !known.missing) known.reason = state.reason;
    known.attached = (known.attached || state.attached) && !known.missing && !state.missing;
    known.missing |= state.missing;
    known.skipped += state.skipped;
    return;
  }
  states.push_back(std::move(state));
}

uint64_t SkippedRuns(const bpf_program* program) {
  bpf_prog_info info = {};
  uint32_t size = sizeof(info);
  int error = bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size);
  if (error) throw KernelError("read the state of", bpf_program__name(program), -error);
  return info.recursion_misses;
}

}  // namespace

Attachments::Attachments(const Object& object, const std::vector<std::string>& refused)
    : object_(object), refused_(refused) {
  const std::vector<Hook>& hooks = Hooks();
  for (const std::string& name : refused) {
    bool known = std::any_of(hooks.begin(), hooks.end(), [&](const Hook& hook) { return name == hook.program; });
    if (!known) throw KernelError("refuse", "the hook " + name, 0, "there is no such program");
  }
}

bool Attachments::Attach(const Hook& hook) {
  bpf_program* program = object_.Program(hook.program);
  std::unique_ptr<bpf_link, Detach> link;
  std::string reason = object_.WhyLeftOut(hook);
  // A module that is not there may not be in use here at all.
  bool is_wanting = reason.empty() || object_.IsRefused(hook);
  if (reason.empty()) reason = "this kernel has no such hook";
  if (std::find(refused_.begin(), refused_.end(), hook.program) != refused_.end()) {
    reason = "refused by request";
  } else if (bpf_program__autoload(program)) {
    LibbpfLog log;
    link.reset(bpf_program__attach(program));
    reason = link ? "" : DescribeErrno(errno);
  }
  bool attached = link != nullptr;
  attachments_.push_back({&hook, std::move(link), !attached && is_wanting, std::move(reason)});
  return attached;
}

bool Attachments::First(Purpose purpose) {
  const Hook* attached = nullptr;
  for (const Hook& hook : Hooks()) {
    if (hook.purpose != purpose) continue;
    if (attached || !Uses(hook.mechanism)) {
      Leave(hook, kNotNeeded);
    } else if (Attach(hook)) {
      attached = &hook;
    }
  }
  // Another hook that sees as much takes its place.
  for (Attachment& attachment : attachments_) {
    if (attached && attachment.hook->purpose == purpose && attachment.hook->grade <= attached->grade) {
      attachment.missing = false;
    }
  }
  return attached != nullptr;
}

bool Attachments::All(Purpose purpose) {
  std::erase_if(attachments_, [&](const Attachment& left) { return left.hook->purpose == purpose; });
  std::erase(awaited_, purpose);
  bool attached = true;
  for (const Hook& hook : Hooks()) {
    if (hook.purpose == purpose && !Attach(hook)) attached = false;
  }
  if (attached) return true;
  for (Attachment& attachment : attachments_) {
    if (attachment.hook->purpose != purpose || !attachment.link) continue;
    attachment.link.reset();
    attachment.reason = "of no use without the others";
  }
  return false;
}

bool Attachments::AllBy(Mechanism mechanism, Purpose purpose) {
  if (Uses(mechanism)) return All(purpose);
  Leave(purpose, kNotNeeded);
  return false;
}

void Attachments::Leave(Purpose purpose, const std::string& reason) {
  for (const Hook& hook : Hooks()) {
    if (hook.purpose == purpose) Leave(hook, reason);
  }
}

void Attachments::Await(Purpose purpose, const std::string& reason) {
  Leave(purpose, reason);
  awaited_.push_back(purpose);
}

bool Attachments::Awaits(Purpose purpose) const {
  return std::find(awaited_.begin(), awaited_.end(), purpose) != awaited_.end();
}

void Attachments::Rehearse() const {
  for (const Hook& hook : Hooks()) {
    bpf_program* program = object_.Program(hook.program);
    if (!Awaits(hook.purpose) || !bpf_program__autoload(program)) continue;
    LibbpfLog log;
    std::unique_ptr<bpf_link, Detach> link(bpf_program__attach(program));
    if (!link && errno == EPERM) throw KernelError("attach", hook.program, EPERM);
  }
}

void Attachments::Leave(ts_kind kind, const std::string& reason) {
  for (const Hook& hook : Hooks()) {
    if (hook.purpose.kind == kind) Leave(hook, reason);
  }
}

void Attachments::Leave(const Hook& hook, const std::string& reason) {
  attachments_.push_back({&hook, nullptr, false, reason});
}

std::vector<ProbeState> Attachments::States() const {
  std::vector<ProbeState> states;
  for (const Attachment& attachment : attachments_) {
    const Hook& hook = *attachment.hook;
    bool attached = attachment.link != nullptr;
    uint64_t skipped = attached ? SkippedRuns(object_.Program(hook.program)) : 0;
    Mechanism shown = ServesAll(hook) ? object_.Best() : hook.mechanism;
    Add(states, {hook.probe, shown, attached, attachment.missing, ReasonNow(attachment), skipped});
    for (Mechanism other : kMechanisms) {
      if (ServesAll(hook) && other != shown) Add(states, {hook.probe, other, false, false, kNotNeeded, 0});
    }
  }
  return states;
}

std::string Attachments::ReasonNow(const Attachment& attachment) {
  return RefusalNow(*attachment.hook, attachment.reason);
}

std::string Attachments::Reason(Purpose purpose) const {
  std::string reason;
  for (const Attachment& attachment : attachments_) {
    if (attachment.hook->purpose == purpose)
      reason = std::string(attachment.hook->probe) + ": " + ReasonNow(attachment);
  }
  return reason;
}

std::string Attachments::WhyUnseen(ts_kind kind) const {
  return WhyNoneOf([kind](const Hook& hook) { return hook.purpose.kind == kind && hook.grade != Grade::kHelps; });
}

std::string Attachments::WhyUnseen(Purpose purpose) const {
  return WhyNoneOf([purpose](const Hook& hook) { return hook.purpose == purpose; });
}

template <typename Concerns>
std::string Attachments::WhyNoneOf(Concerns concerns) const {
  std::string why = std::string("the kernel has no ") + MechanismName(object_.Best()) + " for them";
  for (const Attachment& attachment : attachments_) {
    const Hook& hook = *attachment.hook;
    if (!concerns(hook) || !Uses(hook.mechanism)) continue;
    if (attachment.link) return "";
    why = std::string(hook.probe) + ": " + ReasonNow(attachment);
  }
  return why;
}

}  // namespace tablesnoop
