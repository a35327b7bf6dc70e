// SPDX-License-Identifier: BSD-2-Clause
// What a rule selects by, as `ip rule` words it: only what is set, in its order.
#pragma once

#include <string>
#include <vector>

#include "../../../bpf/kinds/rule/event.h"

namespace tablesnoop {

struct Selector {
  const char* word;
  std::string value;  // empty for l3mdev, which is a word alone
};

std::vector<Selector> SelectorsOf(const ts_rule_event& rule);

}  // namespace tablesnoop
