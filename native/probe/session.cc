// SPDX-License-Identifier: BSD-2-Clause
#include "session.h"

#include <bpf/bpf.h>

#include <cerrno>
#include <utility>

#include "kernel_error.h"

namespace tablesnoop {

namespace {

uint64_t SkippedRuns(const bpf_program* program) {
  bpf_prog_info info = {};
  uint32_t size = sizeof(info);
  int error = bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size);
  if (error) throw KernelError("read the state of", bpf_program__name(program), -error);
  return info.recursion_misses;
}

}  // namespace

Session::Session(const ObjectSettings& settings) : object_(settings), counters_(object_), inventory_(object_) {
  // Context first: from the first lookup on the probes know where they are.
  for (Purpose purpose : {Purpose::kContext, Purpose::kRoutes}) {
    for (const Hook& hook : Hooks()) {
      if (hook.purpose == purpose) Attach(hook);
    }
  }
  for (const Attachment& attachment : attachments_) {
    if (attachment.link && attachment.hook->purpose == Purpose::kRoutes) return;
  }
  throw KernelError("attach", "any probe for route lookups", 0, attachments_.back().reason);
}

void Session::Attach(const Hook& hook) {
  bpf_program* program = object_.Program(hook.program);
  if (!bpf_program__autoload(program)) {
    attachments_.push_back({&hook, nullptr, "this kernel has no such hook"});
    return;
  }
  LibbpfLog log;
  std::unique_ptr<bpf_link, Detach> link(bpf_program__attach(program));
  std::string reason = link ? "" : DescribeErrno(errno);
  attachments_.push_back({&hook, std::move(link), std::move(reason)});
}

std::vector<ProbeState> Session::Probes() const {
  std::vector<ProbeState> states;
  for (const Attachment& attachment : attachments_) {
    bool attached = attachment.link != nullptr;
    uint64_t skipped = attached ? SkippedRuns(object_.Program(attachment.hook->program)) : 0;
    states.push_back({attachment.hook, attached, attachment.reason, skipped});
  }
  return states;
}

}  // namespace tablesnoop
