// SPDX-License-Identifier: BSD-2-Clause
// Cookies of network namespaces, by which everything of theirs is counted.
#pragma once

#include <cstdint>

namespace tablesnoop {

// Of the namespace the socket belongs to. Throws KernelError.
uint64_t NetnsCookieOf(int socket);

// Of the one this process is in. Throws KernelError.
uint64_t OwnNetnsCookie();

}  // namespace tablesnoop
