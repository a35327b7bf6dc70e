// SPDX-License-Identifier: BSD-2-Clause
// What this process may do, given up for good and on all its threads. Any thread may call, one at a time.
#pragma once

#include <cstdint>

namespace tablesnoop {

// no_new_privs: nothing this process executes gains rights, not even by a set-user-ID bit or by being root.
// Throws KernelError.
void ForbidNewPrivileges();

// Leaves of the capabilities the process has those in `keep` (bit n: capability n), and lets it pass on none.
// Throws KernelError.
void DropCapabilities(uint64_t keep);

// The same for the calling thread alone. Throws KernelError.
void DropCapabilitiesOfThread(uint64_t keep);

}  // namespace tablesnoop
