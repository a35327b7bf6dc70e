// SPDX-License-Identifier: BSD-2-Clause
#include "notice_ring.h"

#include <libmnl/libmnl.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "../probe/kernel_error.h"

namespace tablesnoop {

NoticeRing::NoticeRing(const Object& object, Take take)
    : take_(std::move(take)),
      shared_(object.Map(".data.notices")),
      filter_(bpf_program__fd(object.Program("hear_notice"))),
      ring_(ring_buffer__new(bpf_map__fd(object.Map("route_notices")), OnNotice, this, nullptr)) {
  if (!ring_) throw KernelError("open", "the ring of notices about routes", errno);
}

void NoticeRing::Filter(const NetlinkSocket& socket) {
  __atomic_store_n(&shared_[0].port, socket.Port(), __ATOMIC_RELAXED);
  if (setsockopt(socket.Descriptor(), SOL_SOCKET, SO_ATTACH_BPF, &filter_, sizeof(filter_)) != 0) {
    throw KernelError("attach", "the filter of notices about routes", errno);
  }
}

NoticeRing::Taken NoticeRing::TakeAll() {
  bool is_any = ring_buffer__consume(ring_.get()) > 0;
  uint64_t lost = __atomic_load_n(&shared_[0].lost, __ATOMIC_RELAXED);
  bool has_lost = lost != std::exchange(lost_, lost);
  return {is_any, has_lost};
}

int NoticeRing::OnNotice(void* self, void* notice, size_t room) {
  const auto* message = static_cast<const nlmsghdr*>(notice);
  if (mnl_nlmsg_ok(message, static_cast<int>(room))) static_cast<NoticeRing*>(self)->take_(message);
  return 0;
}

}  // namespace tablesnoop
