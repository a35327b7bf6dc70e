// SPDX-License-Identifier: BSD-2-Clause
// Notices of routes, as the filter of a NetlinkSocket keeps them for us (bpf/kinds/change/notices.bpf.h). Used by one
// thread.
#pragma once

#include <bpf/libbpf.h>
#include <linux/netlink.h>

#include <cstdint>
#include <functional>
#include <memory>

#include "../../bpf/kinds/change/notices.h"
#include "../probe/mapping.h"
#include "../probe/object.h"
#include "netlink_socket.h"

namespace tablesnoop {

class NoticeRing {
 public:
  using Take = std::function<void(const nlmsghdr* notice)>;

  // One for each object, which must outlive it. Throws KernelError.
  NoticeRing(const Object& object, Take take);

  // Readable while there are notices.
  int Descriptor() const { return ring_buffer__epoll_fd(ring_.get()); }

  // From here on what this socket would hear of routes, but for listings, comes here. Takes no capability. Throws
  // KernelError.
  void Filter(const NetlinkSocket& socket);

  struct Taken {
    bool is_any;
    bool has_lost;  // there was no room for some
  };
  // Hands over all that is there, in the order it came.
  Taken TakeAll();

 private:
  static int OnNotice(void* self, void* notice, size_t room);

  struct Free {
    void operator()(ring_buffer* ring) const { ring_buffer__free(ring); }
  };

  Take take_;
  Mapping<ts_notices> shared_;
  int filter_;  // the object's
  std::unique_ptr<ring_buffer, Free> ring_;
  uint64_t lost_ = 0;
};

}  // namespace tablesnoop
