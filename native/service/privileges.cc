// SPDX-License-Identifier: BSD-2-Clause
#include "privileges.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "../probe/kernel_error.h"
#include "threads.h"

namespace tablesnoop {

namespace {

// The kernel counts capabilities in two words of 32.
using Sets = __user_cap_data_struct[_LINUX_CAPABILITY_U32S_3];

// For the act, which takes no arguments.
std::atomic<uint64_t> kept;

// The acts are ThreadActs: async-signal-safe, and their value is one.
int Forbid() {
  if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1) return 0;
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? 1 : -errno;
}

bool Reduce(Sets& sets, uint64_t keep) {
  bool changed = false;
  for (int word = 0; word < _LINUX_CAPABILITY_U32S_3; word++) {
    uint32_t mask = static_cast<uint32_t>(keep >> (32 * word));
    changed |= ((sets[word].effective | sets[word].permitted) & ~mask) != 0 || sets[word].inheritable != 0;
    sets[word].effective &= mask;
    sets[word].permitted &= mask;
    sets[word].inheritable = 0;
  }
  return changed;
}

// The kernel empties the ambient set with the inheritable one.
int Drop() {
  __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  Sets sets;
  if (syscall(SYS_capget, &header, sets) != 0) return -errno;
  if (!Reduce(sets, kept.load())) return 0;
  return syscall(SYS_capset, &header, sets) == 0 ? 1 : -errno;
}

constexpr char kDrop[] = "drop capabilities";

}  // namespace

void ForbidNewPrivileges() { OnEveryThread("forbid new privileges", Forbid); }

void DropCapabilities(uint64_t keep) {
  kept.store(keep);
  OnEveryThread(kDrop, Drop);
}

void DropCapabilitiesOfThread(uint64_t keep) {
  kept.store(keep);
  int outcome = Drop();
  if (outcome < 0) throw KernelError(kDrop, "of a thread", -outcome);
}

}  // namespace tablesnoop
