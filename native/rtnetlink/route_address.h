// SPDX-License-Identifier: BSD-2-Clause
// Addresses and prefixes of routes, of either family. Pure.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace tablesnoop {

using RouteAddress = std::array<uint8_t, 16>;  // IPv4 in the first four bytes; the rest is 0

// family: AF_INET or AF_INET6.
inline size_t AddressBytes(int family) { return family == AF_INET ? 4 : 16; }

// Whether the prefix, of so many bits, has an address of the same family in it.
inline bool IsCovered(const RouteAddress& address, const RouteAddress& prefix, uint32_t length) {
  size_t bytes = length / 8, bits = length % 8;
  if (memcmp(address.data(), prefix.data(), bytes) != 0) return false;
  return bits == 0 || (address[bytes] ^ prefix[bytes]) >> (8 - bits) == 0;
}

}  // namespace tablesnoop
