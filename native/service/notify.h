// SPDX-License-Identifier: BSD-2-Clause
// Words to the service manager, by the protocol of sd_notify(3), without libsystemd. Any thread.
#pragma once

#include <string>

namespace tablesnoop {

// Sends one datagram to the socket at `address`: a path, or an abstract name that begins with @. Never waits: a full
// queue is an error like any other. Throws KernelError.
void Notify(const std::string& address, const std::string& message);

}  // namespace tablesnoop
