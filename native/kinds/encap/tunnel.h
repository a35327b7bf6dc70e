// SPDX-License-Identifier: BSD-2-Clause
// The lightweight tunnel a route leads into, as `ip route` words it (with -N: tables are numbers).
#pragma once

#include <string>

#include "../../../bpf/kinds/encap/event.h"

namespace tablesnoop {

// " encap TYPE" and what it has. Of segments that did not fit stands `…`.
void AppendTunnelText(std::string& out, const ts_encap& encap);

// An object: "type" and what it has, by the same words.
void AppendTunnelJson(std::string& out, const ts_encap& encap);

}  // namespace tablesnoop
