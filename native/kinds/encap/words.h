// SPDX-License-Identifier: BSD-2-Clause
// What iproute2 calls the numbers of lightweight tunnels; the number itself if it has no name.
#pragma once

#include <cstdint>
#include <string>

namespace tablesnoop {

// LWTUNNEL_ENCAP_*
std::string TunnelWord(uint32_t type);

// SEG6_LOCAL_ACTION_*
std::string ActionWord(uint32_t action);

// SEG6_IPTUN_MODE_*
std::string ModeWord(uint32_t mode);

// SEG6_LOCAL_FLV_OP_*
std::string FlavorWord(uint32_t flavor);

}  // namespace tablesnoop
