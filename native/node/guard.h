// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <napi.h>

#include "../probe/kernel_error.h"
#include "to_js.h"

namespace tablesnoop {

// Runs `act` with KernelError turned into what JavaScript throws.
template <typename Act>
auto Guard(Napi::Env env, Act act) {
  try {
    return act();
  } catch (const KernelError& error) {
    throw ToJs(env, error);
  }
}

}  // namespace tablesnoop
