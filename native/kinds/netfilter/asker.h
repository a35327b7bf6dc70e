// SPDX-License-Identifier: BSD-2-Clause
// Who of netfilter asked for a route, in words.
#pragma once

#include <cstdint>
#include <string>

namespace tablesnoop {

// "nft fib prerouting". by: ts_route_event.by, not 0.
void AppendAsker(std::string& out, uint8_t by);

}  // namespace tablesnoop
