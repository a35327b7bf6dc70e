// SPDX-License-Identifier: BSD-2-Clause
#include "attachments.h"

#include <bpf/bpf.h>

#include <cerrno>
#include <utility>

#include "kernel_error.h"

namespace tablesnoop {

namespace {

constexpr char kNotNeeded[] = "not needed";

uint64_t SkippedRuns(const bpf_program* program) {
  bpf_prog_info info = {};
  uint32_t size = sizeof(info);
  int error = bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size);
  if (error) throw KernelError("read the state of", bpf_program__name(program), -error);
  return info.recursion_misses;
}

// IPv6 routes are read by the same tracepoint whatever the backend (KERNEL.md, rule 1).
bool ServesBoth(const Hook& hook) { return hook.purpose == Purpose::kRoutes6; }

}  // namespace

bool Attachments::Attach(const Hook& hook) {
  bpf_program* program = object_.Program(hook.program);
  if (!bpf_program__autoload(program)) {
    Leave(hook, "this kernel lacks or refuses it");
    return false;
  }
  LibbpfLog log;
  std::unique_ptr<bpf_link, Detach> link(bpf_program__attach(program));
  std::string reason = link ? "" : DescribeErrno(errno);
  attachments_.push_back({&hook, std::move(link), std::move(reason)});
  return attachments_.back().link != nullptr;
}

bool Attachments::First(Purpose purpose) {
  bool attached = false;
  for (const Hook& hook : Hooks()) {
    if (hook.purpose != purpose) continue;
    if (attached) {
      Leave(hook, kNotNeeded);
    } else {
      attached = Attach(hook);
    }
  }
  return attached;
}

bool Attachments::All(Purpose purpose) {
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

void Attachments::Leave(Purpose purpose, const std::string& reason) {
  for (const Hook& hook : Hooks()) {
    if (hook.purpose == purpose) Leave(hook, reason);
  }
}

void Attachments::Leave(const Hook& hook, const std::string& reason) {
  attachments_.push_back({&hook, nullptr, reason});
}

std::vector<ProbeState> Attachments::States(Backend active) const {
  std::vector<ProbeState> states;
  for (const Attachment& attachment : attachments_) {
    const Hook& hook = *attachment.hook;
    bool attached = attachment.link != nullptr;
    uint64_t skipped = attached ? SkippedRuns(object_.Program(hook.program)) : 0;
    Backend own = hook.mechanism == Mechanism::kFunction ? Backend::kTrampoline : Backend::kTracepoint;
    if (!ServesBoth(hook)) {
      states.push_back({hook.probe, own, attached, attachment.reason, skipped});
      continue;
    }
    Backend other = active == Backend::kTracepoint ? Backend::kTrampoline : Backend::kTracepoint;
    states.push_back({hook.probe, active, attached, attachment.reason, skipped});
    states.push_back({hook.probe, other, false, kNotNeeded, 0});
  }
  return states;
}

std::string Attachments::Reason(Purpose purpose) const {
  std::string reason;
  for (const Attachment& attachment : attachments_) {
    if (attachment.hook->purpose == purpose) reason = std::string(attachment.hook->probe) + ": " + attachment.reason;
  }
  return reason;
}

}  // namespace tablesnoop
